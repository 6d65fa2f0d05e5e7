//! The harness: a browser, a server and a page that a test can read and press.

pub mod webdriver;
pub mod product;
pub mod page;
pub mod files;
pub mod program;
pub mod plain;
