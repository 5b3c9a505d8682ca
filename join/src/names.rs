//! Hash maps by names.
//!
//! There are thousands of names of a hundred bytes and more. Nobody chooses them to collide, so they do not need the
//! standard library's keyed hash: this one takes eight bytes at a time, in the way of rustc's `FxHasher`.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by names or other bytes of the objects.
pub(crate) type ByName<K, V> = HashMap<K, V, BuildHasherDefault<NameHasher>>;

/// See the module's documentation.
#[derive(Default)]
pub(crate) struct NameHasher {
    hash: u64,
}

impl NameHasher {
    fn add(&mut self, word: u64) {
        // The fractional part of the golden ratio: odd, and without a pattern.
        self.hash = (self.hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.add(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.add(value as u64);
    }

    fn finish(&self) -> u64 {
        // A product's high bits depend on all of its factors' bits, its low ones do not, and maps use both ends.
        self.hash ^ self.hash >> 32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;

    #[test]
    fn names_that_differ_in_one_byte_have_other_hashes() {
        let hash = |name: &[u8]| BuildHasherDefault::<NameHasher>::default().hash_one(name);
        let names = (0..100).flat_map(|at| {
            [1, 2, 128].map(|change| {
                let mut name = [b'a'; 100];
                name[at] ^= change;
                name
            })
        });
        let hashes: HashSet<u64> = names.map(|name| hash(&name) & 0xff_ffff).collect();
        assert!(hashes.len() > 290, "{}", hashes.len());
    }
}
