//! A linker that fails: stock's message.
//@ compile-flags: -O -Clinker=/bin/false
//@ units: 2
//@ crate-type: bin
//@ fails
//@ action: fallback
//@ reason: linker
//@ stderr-normalise: the linker's command line names temporary folders

fn main() {
    println!("hello");
}
