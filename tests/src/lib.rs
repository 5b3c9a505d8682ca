//! What pcg's tests, measurements and demo share.
//!
//! Everything here sees pcg the way a user does: as executables, their output and the files that they write.

pub mod archive;
pub mod benchmark;
pub mod callgrind;
pub mod cargo;
pub mod command;
pub mod crate_set;
pub mod disassembly;
pub mod fake;
pub mod machine;
pub mod machine_code;
pub mod makespan;
pub mod measure;
pub mod memory;
pub mod processes;
pub mod program;
pub mod quality;
pub mod ratios;
pub mod recording;
pub mod relocatable;
pub mod report;
pub mod rustc;
pub mod signal;
pub mod sources;
pub mod symbols;
pub mod table;
pub mod toolchain;
pub mod variant;
pub mod workload;
