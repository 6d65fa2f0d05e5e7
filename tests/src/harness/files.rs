//! Files to hand to the product: small ones that are right, and ones that are wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Writes a file; its path.
pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file is written");
    path
}

/// `count` images of side × side pixels as an IDX file.
pub fn idx_images(count: u32, side: u32) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    [count, side, side].iter().for_each(|n| bytes.extend(n.to_be_bytes()));
    bytes.extend((0..count * side * side).map(|i| (i % 251) as u8));
    bytes
}

/// `count` labels of ten classes as an IDX file.
pub fn idx_labels(count: u32) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 1];
    bytes.extend(count.to_be_bytes());
    bytes.extend((0..count).map(|i| (i % 10) as u8));
    bytes
}

/// Puts four files of MNIST's form, with hardly anything in them, into a folder; what `--data`
/// calls it.
pub fn small_mnist(folder: &Path) -> String {
    for (name, count) in [("train", 300), ("t10k", 50)] {
        write(folder, &format!("{name}-images-idx3-ubyte"), idx_images(count, 28));
        write(folder, &format!("{name}-labels-idx1-ubyte"), idx_labels(count));
    }
    format!("mnist:{}", folder.display())
}

/// A table of `rows` objects with three numbers each, whose two classes the first one tells.
pub fn table(rows: u32) -> String {
    let row = |i: u32| {
        let class = i % 2;
        let noise = f64::from(i * 37 % 100) / 400.0;
        format!("{:.3},{:.3},{noise:.3},{class}\n", f64::from(class) - noise, noise * 2.0)
    };
    format!("a,b,c,label\n{}", (0..rows).map(row).collect::<String>())
}

/// Waits until a file is in a folder and nothing is still on its way there; its path.
pub fn arrival(folder: &Path) -> PathBuf {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let entries = fs::read_dir(folder).expect("a folder");
        let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        let pending = files.iter().any(|file| file.extension().is_some_and(|e| e == "crdownload"));
        let named = files.iter().find(|file| {
            !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
        });
        if let (Some(file), false) = (named, pending) {
            return file.clone();
        }
        // Nothing tells when a file is complete, so look again soon.
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nothing was downloaded to {}", folder.display());
}
