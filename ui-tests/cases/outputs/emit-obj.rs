//! The crate's object is an output of its own, beside the library.
//@ compile-flags: -O --emit=obj,metadata,link,dep-info --json=artifacts --error-format=json
//@ units: 1
//@ output: emit-obj.o
//@ stock-equal: symbols
//@ stock-equal: code

pub fn sorted(text: &str) -> Vec<String> {
    let mut words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

pub fn parsed(text: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    text.split(',').map(|part| part.trim().parse()).collect()
}
