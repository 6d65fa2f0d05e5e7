//! `cargo xtask`: the commands and their options.

use clap::{Parser, Subcommand};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use xtask::data::Source;
use xtask::error::{Context, Result};
use xtask::{bench, browser, build, data, mnist, pictures, project, serve, test};

/// Builds, serves, tests and measures the page; fetches MNIST.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes dist/, a folder that any static host can serve under any sub-path.
    Build {
        /// The folder to write [default: dist in the project].
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Builds, and serves the page on this machine until Ctrl-C.
    Serve {
        /// The port; the next free one if it is taken.
        #[arg(long, value_name = "N", default_value_t = serve::PORT)]
        port: u16,
        /// Opens the page in the browser.
        #[arg(long)]
        open: bool,
        /// Also serves MNIST's four files found in DIR [default: data/mnist, if it has them].
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Runs every check: format, lints, native tests, and the page in a real browser.
    Test,
    /// Measures training steps, native and in Chromium.
    Bench {
        /// Prints one JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// Only these works, for example W1,W3.
        #[arg(long, value_name = "LIST", value_delimiter = ',')]
        works: Vec<String>,
    },
    /// Takes pictures of the page after its run at three sizes, light and dark.
    Pictures {
        /// The folder to write [default: artifacts in the project].
        #[arg(long, value_name = "DIR", default_value = "artifacts")]
        out: PathBuf,
        /// The page's query string.
        #[arg(long, value_name = "QUERY", default_value = "")]
        query: String,
        /// All of the page, not only its first screen.
        #[arg(long)]
        whole: bool,
    },
    /// Fetches data sets.
    Data {
        #[command(subcommand)]
        set: DataSet,
    },
}

#[derive(Subcommand)]
enum DataSet {
    /// Fetches MNIST's four files and checks each one's published MD5.
    Mnist {
        /// A folder or an address that has the files [default: well-known mirrors].
        #[arg(long, value_name = "DIR_OR_URL")]
        from: Option<String>,
        /// The folder to put them in [default: data/mnist in the project].
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.status)
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Build { out } => {
            let sizes = build::build(&out.unwrap_or_else(project::dist))?;
            print(&sizes.to_string())
        }
        Command::Serve { port, open, data } => serve(port, open, data),
        Command::Test => test::test(),
        Command::Bench { json, works } => {
            let report = bench::bench(&works)?;
            print(&if json { format!("{report}\n") } else { bench::table(&report) })
        }
        Command::Pictures { out, query, whole } => {
            let taken = pictures::pictures(&browser::ensure()?, &out, &query, whole)?;
            taken.iter().try_for_each(|file| print(&format!("{}\n", file.display())))
        }
        Command::Data { set: DataSet::Mnist { from, to } } => {
            let to = to.unwrap_or_else(project::mnist);
            data::mnist(&Source::named(from.as_deref()), &to)?;
            print(&format!("MNIST is in {}\n", to.display()))
        }
    }
}

fn serve(port: u16, open: bool, data: Option<PathBuf>) -> Result<()> {
    // Before the build, which takes longer than this answer.
    data.as_deref().map_or(Ok(()), mnist::check_folder)?;
    let data = data.or_else(serve::default_data);
    let dist = project::dist();
    print(&build::build(&dist)?.to_string())?;
    if let Some(folder) = &data {
        print(&format!("MNIST from {}\n", folder.display()))?;
    }
    let running = serve::start(dist, data, port)?;
    if port != 0 && running.address.port() != port {
        print(&format!("Port {port} is taken, so this is {}.\n", running.address.port()))?;
    }
    // Scripts look for this line.
    print(&format!("Serving {}\n", running.url()))?;
    if open && let Err(why) = open::that_detached(running.url()) {
        eprintln!("Cannot open a browser ({why}): open {} yourself.", running.url());
    }
    serve::until_interrupted(running)
}

/// Prints at once, and without a panic when nobody reads.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).cannot("write to standard output")
}
