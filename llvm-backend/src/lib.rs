//! The LLVM side of pcg: from a crate's bitcode to one object.
//!
//! The steps, each a module, in the order in which a compile goes through them:
//!
//! | step | module |
//! |---|---|
//! | one module's bitcode, shared by all jobs | [`module`] |
//! | what it defines and who uses whom, for the partitioner | [`graph`] |
//! | one unit: load, optimise, emit | [`unit`] |
//! | all units on a pool, under the jobserver's tokens | [`compile`], [`tokens`] |
//! | one crate object again | [`join()`] |
//!
//! [`start`] comes before any of them. What the C API lacks is in a C++ shim (`shim/`, see `pcg.h`).
//! This is the only crate of pcg with unsafe code and the only one that links LLVM. It never knows rustc's flags:
//! [`Settings`] say what LLVM is told.

pub mod compile;
mod error;
mod ffi;
mod graph;
mod join;
mod module;
mod parsed;
mod settings;
mod start;
pub mod tokens;
mod toolchain;
mod unit;
mod workers;

pub use compile::{CompileOptions, compile_units, compile_whole};
pub use error::Error;
pub use join::join;
pub use module::{CrateModule, is_bitcode};
pub use parsed::{ParsedModule, Wanted};
pub use settings::{CodeModel, OptLevel, RelocationModel, Settings};
pub use start::start;
pub use tokens::Tokens;
pub use toolchain::{COMMIT_HASH, DRIVER_LIBRARY, HOST, SYSROOT};
pub use unit::{UnitObject, UnitStatistics};
pub use workers::Workers;
