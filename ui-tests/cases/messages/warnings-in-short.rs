//! Short messages are stock's.
//@ compile-flags: -O --error-format=short
//@ made-units: 1
//@ stock-equal: symbols

#[unsafe(no_mangle)]
pub extern "C" fn used(x: u64) -> u64 {
    let unused = x;
    let mut never_changed = x + 1;
    never_changed
}

fn never_called() {}
