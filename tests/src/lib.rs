//! Whole-product tests: the page in a real browser, the command line, and the built site.
//!
//! `cargo xtask test` runs them against the site it has just built. Alone, `cargo test -p tests`
//! finds the browser itself and uses `dist/`, which it builds if there is none. What the pages
//! looked like is in `artifacts/` afterwards.

#![cfg(test)]

// What the tests are told with, in reading order: each module uses only those above it.
mod harness;

// The facts, in the order in which a visitor meets them.
mod start;
mod lab;
mod beginnings;
mod truth;
mod pixels;
mod words;
mod sizes;
mod transport;
mod filters;
mod figures;
mod pictures;
mod keyboard;
mod switching;
mod determinism;
mod address;
mod saving;
mod links;
mod compare;
mod walk;
mod data_in;
mod bad_input;
mod settings;
mod crash;
mod arms;
mod responsiveness;
mod layout;
mod access;
mod site;
mod command_line;
mod table;
mod kills;
