//! A library that the linker does not find: stock's message.
//@ compile-flags: -O -lno_such_library
//@ units: 2
//@ crate-type: bin
//@ fails
//@ action: fallback
//@ reason: linker
//@ stderr-normalise: the linker's command line names temporary folders

fn main() {
    println!("hello");
}
