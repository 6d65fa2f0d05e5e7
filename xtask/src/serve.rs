//! The server: `dist/` and MNIST on this machine's own address.

use crate::error::{Context, Error, Result};
use crate::mnist;
use crate::project;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as Name, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use tokio::runtime;
use tokio::sync::oneshot;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// The port that is tried first.
pub const PORT: u16 = 8080;

/// How many ports are tried, one after the other.
const ATTEMPTS: u16 = 100;

/// A server that runs until this value is dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The address of the page.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The thread may have gone already; there is nothing to stop then.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Serves the folder `dist`, and the MNIST files in the folder `data` below `/data/mnist/`.
///
/// Takes the next free port when `port` is taken; port 0 lets the system choose.
pub fn start(dist: PathBuf, data: Option<PathBuf>, port: u16) -> Result<Running> {
    if !dist.join("index.html").is_file() {
        return Err(Error::usage(format!(
            "{} has no index.html: `cargo xtask build` writes it.",
            dist.display()
        )));
    }
    if let Some(folder) = &data {
        mnist::check_folder(folder)?;
    }
    let listener = listen(port)?;
    let address = listener.local_addr().cannot("ask for the server's address")?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .cannot("start the server's runtime")?;
    let listener = {
        let _context = runtime.enter();
        tokio::net::TcpListener::from_std(listener).cannot(format!("listen on {address}"))?
    };
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        runtime.block_on(async move {
            tokio::select! {
                _ = axum::serve(listener, router(dist, data)) => {}
                _ = stopped => {}
            }
        });
    });
    Ok(Running { address, stop: Some(stop), thread: Some(thread) })
}

/// Serves until Ctrl-C.
pub fn until_interrupted(running: Running) -> Result<()> {
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().cannot("wait for Ctrl-C")?;
    runtime.block_on(tokio::signal::ctrl_c()).cannot("wait for Ctrl-C")?;
    drop(running);
    Ok(())
}

/// The project's own `data/mnist`, if all four files are in it.
pub fn default_data() -> Option<PathBuf> {
    Some(project::mnist()).filter(|folder| mnist::check_folder(folder).is_ok())
}

/// The first free port from `port` on.
fn listen(port: u16) -> Result<TcpListener> {
    let last = if port == 0 { 0 } else { port.saturating_add(ATTEMPTS - 1) };
    for candidate in port..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => {
                listener.set_nonblocking(true).cannot("prepare the server's socket")?;
                return Ok(listener);
            }
            Err(why) if why.kind() == ErrorKind::AddrInUse => {}
            Err(why) => {
                return Err(Error::usage(format!(
                    "Port {candidate} cannot be opened ({why}): choose another with --port."
                )));
            }
        }
    }
    Err(Error::usage(format!(
        "The ports {port} to {last} are all taken: choose another with --port."
    )))
}

fn router(dist: PathBuf, data: Option<PathBuf>) -> Router {
    let compressible = DefaultPredicate::new().and(NotForContentType::new("application/gzip"));
    let mut router = Router::new()
        .fallback_service(ServeDir::new(dist))
        .layer(CompressionLayer::new().compress_when(compressible));
    if let Some(folder) = data {
        // Outside the compression: the page unpacks .gz files itself.
        router =
            router.merge(Router::new().route("/data/mnist/{name}", get(send)).with_state(folder));
    }
    router.layer(SetResponseHeaderLayer::overriding(
        CACHE_CONTROL,
        HeaderValue::from_static("no-cache"),
    ))
}

/// One of the four MNIST files; nothing else leaves the folder.
async fn send(
    State(folder): State<PathBuf>,
    Name(name): Name<String>,
    request: Request,
) -> Response<Body> {
    if !mnist::is_name(&name) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match ServeFile::new(folder.join(name)).try_call(request).await {
        Ok(response) => response.map(Body::new),
        Err(why) if why.kind() == ErrorKind::NotFound => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::fs;
    use std::io::Read;
    use tempfile::TempDir;
    use ureq::http;

    /// A folder with a page in `dist/` and MNIST's names in `mnist/`.
    fn site() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write("dist/index.html", &b"<p>page</p>".repeat(20));
        write("dist/www/main.js", &b"// script\n".repeat(20));
        write("dist/www/style.css", &b"p {}\n".repeat(20));
        write("dist/www/a.csv.gz", &[31; 400]);
        write("dist/pkg/sparsevd_bg.wasm", &[0; 4000]);
        for file in &mnist::FILES[1..] {
            write(&format!("mnist/{}", file.gz()), &[31; 400]);
        }
        write(&format!("mnist/{}", mnist::FILES[0].name), &[0; 400]);
        write("mnist/secret", b"secret");
        folder
    }

    fn serve(site: &TempDir) -> Running {
        start(site.path().join("dist"), Some(site.path().join("mnist")), 0).unwrap()
    }

    fn request(method: &str, running: &Running, path: &str) -> http::Response<ureq::Body> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", running.url()))
            .header("accept-encoding", "gzip")
            .body(())
            .unwrap();
        agent.run(request).unwrap()
    }

    fn header<'a>(response: &'a http::Response<ureq::Body>, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn files_have_their_types_and_are_never_kept_without_asking() {
        let site = site();
        let running = serve(&site);
        for (path, mime) in [
            ("", "text/html"),
            ("index.html?autoplay=0", "text/html"),
            ("www/main.js", "text/javascript"),
            ("www/style.css", "text/css"),
            ("pkg/sparsevd_bg.wasm", "application/wasm"),
        ] {
            for method in ["GET", "HEAD"] {
                let response = request(method, &running, path);
                assert_eq!(response.status(), 200, "{path}");
                assert_eq!(header(&response, "content-type"), Some(mime), "{path}");
                assert_eq!(header(&response, "cache-control"), Some("no-cache"), "{path}");
            }
        }
        assert_eq!(request("GET", &running, "none.js").status(), 404);
        assert_eq!(request("GET", &running, "%2e%2e/mnist/secret").status(), 404);
    }

    #[test]
    fn what_the_client_accepts_gzipped_is_gzipped() {
        let site = site();
        let running = serve(&site);
        let mut response = request("GET", &running, "pkg/sparsevd_bg.wasm");
        assert_eq!(header(&response, "content-encoding"), Some("gzip"));
        let sent = response.body_mut().read_to_vec().unwrap();
        let mut unpacked = Vec::new();
        GzDecoder::new(&sent[..]).read_to_end(&mut unpacked).unwrap();
        assert!(sent.len() < 400 && unpacked == [0; 4000]);
    }

    #[test]
    fn gz_files_are_sent_as_they_are() {
        let site = site();
        let running = serve(&site);
        for path in ["data/mnist/t10k-images-idx3-ubyte.gz", "www/a.csv.gz"] {
            let mut response = request("GET", &running, path);
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(header(&response, "content-encoding"), None, "{path}");
            assert_eq!(header(&response, "content-length"), Some("400"), "{path}");
            assert_eq!(response.body_mut().read_to_vec().unwrap(), [31; 400], "{path}");
        }
        let head = request("HEAD", &running, "data/mnist/train-images-idx3-ubyte");
        assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, Some("400")));
    }

    #[test]
    fn only_mnists_files_leave_the_data_folder() {
        let site = site();
        let running = serve(&site);
        for name in ["secret", "..%2fdist%2findex.html", "train-images-idx3-ubyte.gz"] {
            assert_eq!(request("GET", &running, &format!("data/mnist/{name}")).status(), 404);
        }
    }

    #[test]
    fn a_taken_port_gives_the_next_free_one() {
        let site = site();
        let first = start(site.path().join("dist"), None, 0).unwrap();
        let port = first.address.port();
        let second = start(site.path().join("dist"), None, port).unwrap();
        assert!(second.address.port() > port);
        assert_eq!(request("GET", &second, "").status(), 200);
        assert_eq!(request("GET", &second, "data/mnist/t10k-images-idx3-ubyte.gz").status(), 404);
        drop(first);
        assert_eq!(start(site.path().join("dist"), None, port).unwrap().address.port(), port);
    }

    #[test]
    fn folders_that_are_not_there_are_named() {
        let site = site();
        let none = site.path().join("none");
        let error = start(none.clone(), None, 0).unwrap_err();
        assert!(error.message.contains("none has no index.html"), "{error}");
        let error = start(site.path().join("dist"), Some(none), 0).unwrap_err();
        assert!(error.message.starts_with("There is no folder "), "{error}");
        assert_eq!(error.status, 2);
    }
}
