//! Errors of the parser.
//@ compile-flags: -O
//@ units: 2
//@ fails

pub fn open( {
