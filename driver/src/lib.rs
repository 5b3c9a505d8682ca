//! `pcg-rustc`: a drop-in rustc that optimises one crate on several cores.
//!
//! The executables are thin; everything is here, where it can be tested. Modules are compiled by `pcg-codegen`
//! ([`codegen`]), which pcg-rustc starts beside rustc and talks to ([`back_end`]).

#![forbid(unsafe_code)]

pub mod archive;
pub mod args;
pub mod back_end;
pub mod codegen;
pub mod command;
pub mod compile;
pub mod crate_type;
pub mod depinfo;
pub mod early;
pub mod emit;
pub mod exit;
pub mod failure;
pub mod fallback;
pub mod flags;
pub mod frontend;
pub mod keep;
pub mod keeper;
pub mod link_server;
pub mod linker;
pub mod messages;
pub mod outputs;
pub mod pipeline;
pub mod place;
pub mod plan;
pub mod profile;
pub mod reason;
pub mod recorder;
pub mod request;
pub mod scratch;
pub mod signals;
pub mod source;
pub mod stderr;
#[cfg(test)]
mod testing;
pub mod toolchain;
pub mod usage;
pub mod version;
