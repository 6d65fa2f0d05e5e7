//! What a file is, by its contents: names and endings say little.

use super::{arrays, table};

/// What files are to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers in NumPy's or MNIST's format.
    Array,
    /// Text: a table, perhaps.
    Text,
    /// Something else: what, and the way on.
    Other(&'static str, &'static str),
}

const PICTURE: &str = "put pictures of one size into one array: numpy.save(\"images.npy\", images)";
const UNPACK: &str = "unpack it first";
const TABLE: &str = "save it as CSV";
const PANDAS: &str = "write it as CSV with pandas: table.to_csv(\"table.csv\", index=False)";
const ARRAYS: &str =
    "write its arrays with numpy.savez(\"data.npz\", x_train=…, y_train=…, x_test=…, y_test=…)";
const DATA: &str = "choose a table with a column “label”, IDX files or NumPy arrays";

/// Bytes that begin files: their place, themselves, what the file is, and the way on.
const SIGNATURES: &[(usize, &[u8], &str, &str)] = &[
    (0, b"\x89PNG", "a PNG picture", PICTURE),
    (0, b"\xFF\xD8\xFF", "a JPEG picture", PICTURE),
    (0, b"GIF8", "a GIF picture", PICTURE),
    (0, b"BM", "a BMP picture", PICTURE),
    (0, b"II*\0", "a TIFF picture", PICTURE),
    (0, b"MM\0*", "a TIFF picture", PICTURE),
    (8, b"WEBP", "a WebP picture", PICTURE),
    (4, b"ftyp", "a film or an HEIC or AVIF picture", PICTURE),
    (0, b"\0\0\x01\0", "an icon", PICTURE),
    (0, b"%PDF-", "a PDF document", TABLE),
    (0, b"{\\rtf", "an RTF document", TABLE),
    (0, b"\xD0\xCF\x11\xE0", "an old Excel or Word document", TABLE),
    (0, b"PAR1", "a Parquet file", PANDAS),
    (0, b"ARROW1", "an Arrow file", PANDAS),
    (0, b"FEA1", "a Feather file", PANDAS),
    (0, b"SQLite format 3\0", "an SQLite database", TABLE),
    (0, b"\x89HDF", "an HDF5 file (also newer MATLAB and Keras)", ARRAYS),
    (0, b"MATLAB 5.0", "a MATLAB file", ARRAYS),
    (0, b"\x80\x02", "a Python pickle", ARRAYS),
    (0, b"\x80\x03", "a Python pickle", ARRAYS),
    (0, b"\x80\x04", "a Python pickle", ARRAYS),
    (0, b"\x80\x05", "a Python pickle", ARRAYS),
    (0, b"RDX", "an R data file", TABLE),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"7z\xBC\xAF", "a 7z archive", UNPACK),
    (0, b"Rar!", "a RAR archive", UNPACK),
    (0, b"BZh", "a bzip2 archive", UNPACK),
    (0, b"\xFD7zXZ", "an xz archive", UNPACK),
    (0, b"\x28\xB5\x2F\xFD", "a zstd archive", UNPACK),
    (0, b"\x1F\x8B", "a gzip archive", UNPACK),
    (0, b"\x1F\x9D", "an archive of compress", UNPACK),
    (0, b"\0asm", "a WebAssembly module", DATA),
    (0, b"MZ", "a Windows program", DATA),
    (0, b"\x7FELF", "a program", DATA),
    (0, b"RIFF", "a sound or film", DATA),
    (0, b"ID3", "a sound", DATA),
    (0, b"OggS", "a sound", DATA),
    (0, b"fLaC", "a sound", DATA),
];

/// Documents that are ZIP archives, by a name inside them.
const DOCUMENTS: &[(&[u8], &str, &str)] = &[
    (b"xl/workbook", "an Excel workbook", TABLE),
    (b"word/document", "a Word document", TABLE),
    (b"ppt/presentation", "a PowerPoint document", TABLE),
    (b"META-INF/manifest.xml", "an OpenDocument file", TABLE),
    (b"data.pkl", "a PyTorch file", ARRAYS),
    (b"META-INF/MANIFEST.MF", "a Java archive", DATA),
];

/// Texts that are no tables, by how they begin in lower case.
const TEXTS: &[(&str, &str, &str)] = &[
    ("%pdf-", "a PDF document", TABLE),
    ("{\\rtf", "an RTF document", TABLE),
    ("%!ps", "a PostScript document", TABLE),
    ("<!doctype html", "a web page", "the file itself was not reached: fetch it again"),
    ("<html", "a web page", "the file itself was not reached: fetch it again"),
    ("<svg", "an SVG picture", PICTURE),
    ("<?xml", "an XML document", TABLE),
    ("<", "a web page or an XML document", TABLE),
    ("{\\", "an RTF document", TABLE),
    ("{", "a JSON document", PANDAS),
    ("[", "a JSON document", PANDAS),
    ("@relation", "an ARFF file", TABLE),
    ("%", "an ARFF or TeX file", TABLE),
    ("version https://git-lfs", "a Git LFS pointer", "fetch the file itself: git lfs pull"),
];

/// What the contents of a file are.
pub(super) fn kind(bytes: &[u8]) -> Kind {
    if arrays::is_one(bytes) {
        return Kind::Array;
    }
    if let Some((what, way_on)) = document(bytes).or_else(|| tensors(bytes)) {
        return Kind::Other(what, way_on);
    }
    let text = table::is_text(bytes);
    // Letters begin tables too: BMI, GIF8, …
    let certain = |magic: &[u8]| !text || !magic.iter().all(u8::is_ascii_graphic);
    let fits = |&&(at, magic, ..): &&(usize, &[u8], _, _)| {
        bytes.get(at..).is_some_and(|rest| rest.starts_with(magic)) && certain(magic)
    };
    if let Some(&(.., what, way_on)) = SIGNATURES.iter().find(fits) {
        return Kind::Other(what, way_on);
    }
    if !text {
        return Kind::Other("binary data of an unknown kind", DATA);
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    match TEXTS.iter().find(|(begin, ..)| start.starts_with(begin)) {
        Some(&(_, what, way_on)) => Kind::Other(what, way_on),
        None => Kind::Text,
    }
}

/// What a file is, in words for a sentence: “a PNG picture”, “a web page”, “a text”.
pub fn what_is(bytes: &[u8]) -> &'static str {
    match kind(bytes) {
        _ if bytes.is_empty() => "an empty file",
        Kind::Array if bytes.starts_with(b"\x93NUMPY") => "a NumPy array",
        Kind::Array => "an IDX file",
        Kind::Text => "a text",
        Kind::Other(what, _) => what,
    }
}

/// Whether `bytes` are a ZIP archive that stands for one document, not for files.
pub(super) fn is_document(bytes: &[u8]) -> bool {
    DOCUMENTS.iter().any(|(inside, ..)| mentions(bytes, inside))
}

fn document(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if !bytes.starts_with(b"PK") || table::is_text(bytes) {
        return None;
    }
    let found = DOCUMENTS.iter().find(|(inside, ..)| mentions(bytes, inside));
    Some(found.map_or(("a ZIP archive", UNPACK), |&(_, what, way_on)| (what, way_on)))
}

/// Whether the directory at the end of a ZIP archive lists `name`.
fn mentions(bytes: &[u8], name: &[u8]) -> bool {
    const DIRECTORY: usize = 1 << 16;
    let directory = &bytes[bytes.len().saturating_sub(DIRECTORY)..];
    directory.windows(name.len()).any(|window| window == name)
}

/// Files of weights: a length in eight bytes, then JSON.
fn tensors(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let header = rest.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    if !header.starts_with(b"{") {
        return None;
    }
    let ours = header.windows(8).any(|window| window == b"sparsevd");
    Some(if ours {
        ("a saved run", "open it by itself")
    } else {
        ("a safetensors file of other weights", DATA)
    })
}
