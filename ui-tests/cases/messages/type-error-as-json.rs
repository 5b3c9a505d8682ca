//! Errors in JSON.
//@ compile-flags: -O --error-format=json --json=artifacts --emit=metadata,link
//@ units: 2
//@ fails

pub fn wrong(x: u64) -> String {
    let y: &str = x;
    missing(y)
}
