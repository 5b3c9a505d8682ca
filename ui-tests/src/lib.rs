//! Runs the files of `cases/`: each is one rule, written as a Rust source file with directives in its comments.
//!
//! A file is compiled twice with the same command line in the same folder: by stock rustc and by pcg-rustc. Whatever
//! the directives say, both must give the same standard output, standard error and exit code, and pcg's report must
//! say what the file expects (`//@ action:`, `//@ reason:`, `//@ units:`). [`directives`] lists the directives.

pub mod case;
pub mod checks;
pub mod directives;
pub mod views;
