//! Without optimisation and without a number of units there is nothing to gain.
//@ action: passthrough
//@ reason: unoptimised
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}
