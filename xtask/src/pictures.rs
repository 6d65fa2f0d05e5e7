//! `cargo xtask pictures`: the page as people see it, for the README and for our own eyes.

use crate::browser::Browser;
use crate::build;
use crate::error::{Context, Error, Result};
use crate::project;
use crate::serve;
use crate::webdriver::Session;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The sizes that the page is designed for: laptop, projector, phone.
const SIZES: [(u32, u32); 3] = [(1440, 900), (1024, 768), (390, 844)];
/// How long a run may take before its picture is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Takes pictures of the page with the query `query` after its run, at every size, light and
/// dark, into the folder `out`; `whole` pictures show all of the page, not only its first screen.
pub fn pictures(browser: &Browser, out: &Path, query: &str, whole: bool) -> Result<Vec<PathBuf>> {
    build::build(&project::dist())?;
    let server = serve::start(project::dist(), serve::default_data(), 0)?;
    fs::create_dir_all(out).cannot(format!("make the folder {}", out.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.cannot("start the runtime")?.block_on(async {
        let mut taken = Vec::new();
        for scheme in ["light", "dark"] {
            for size in SIZES {
                let session = Session::open(browser).await?;
                let url = format!("{}?{query}", server.url());
                let picture = picture(&session, &url, size, scheme, whole).await?;
                let file = out.join(format!("{}x{}-{scheme}.png", size.0, size.1));
                fs::write(&file, picture).cannot(format!("write {}", file.display()))?;
                taken.push(file);
            }
        }
        Ok(taken)
    })
}

async fn picture(
    session: &Session,
    url: &str,
    (width, height): (u32, u32),
    scheme: &str,
    whole: bool,
) -> Result<Vec<u8>> {
    let client = &session.client;
    let metrics = |height: u32| {
        let mobile = width < 600;
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile })
    };
    let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
    session.devtools("Emulation.setDeviceMetricsOverride", metrics(height)).await?;
    session.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
    client.goto(url).await.cannot(format!("open {url}"))?;
    let deadline = Instant::now() + PATIENCE;
    let ask = async |script: &str| {
        client.execute(script, Vec::new()).await.cannot("ask the page where its run stands")
    };
    while ask("return document.getElementById('state').dataset.value").await? != "done" {
        if Instant::now() > deadline {
            return Err(Error::failed(format!("The run at {url} did not end in {PATIENCE:?}.")));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    if whole {
        let tall = ask("return document.documentElement.scrollHeight").await?;
        let tall = tall.as_u64().unwrap_or_default() as u32;
        session.devtools("Emulation.setDeviceMetricsOverride", metrics(tall)).await?;
    }
    // The last charts are drawn when the screen is ready for them.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    client.screenshot().await.cannot("take a picture")
}
