//! A symbol that nobody defines: stock's message.
//@ compile-flags: -O
//@ units: 2
//@ crate-type: bin
//@ fails
//@ action: fallback
//@ reason: linker
//@ stderr-normalise: the linker's command line names temporary folders

unsafe extern "C" {
    fn defined_nowhere(x: u64) -> u64;
}

fn main() {
    // SAFETY: this is never linked.
    println!("{}", unsafe { defined_nowhere(1) });
}
