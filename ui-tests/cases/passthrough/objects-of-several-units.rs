//! Of several units stock writes several objects.
//@ action: passthrough
//@ reason: emit
//@ compile-flags: -O -Ccodegen-units=2 --emit=obj
//@ stock-equal: files

pub fn squares(count: u64) -> Vec<u64> {
    (0..count).map(|number| number * number).collect()
}

pub mod other {
    pub fn cubes(count: u64) -> Vec<u64> {
        (0..count).map(|number| number * number * number).collect()
    }
}
