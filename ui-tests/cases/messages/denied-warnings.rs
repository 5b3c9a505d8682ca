//! Warnings that are errors.
//@ compile-flags: -O -Dwarnings
//@ units: 2
//@ fails

#[unsafe(no_mangle)]
pub extern "C" fn used(x: u64) -> u64 {
    let unused = x;
    let mut never_changed = x + 1;
    never_changed
}

fn never_called() {}
