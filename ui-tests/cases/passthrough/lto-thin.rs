//! Link-time optimisation is about the whole program.
//@ action: passthrough
//@ reason: lto
//@ compile-flags: -O -Clto=thin
//@ stock-equal: files
//@ crate-type: bin
fn main() {
    println!("{}", std::env::args().count());
}
