//! A crate without code.
//@ compile-flags: -O
//@ units: 2
//@ made-units: 1
//@ filecheck: report

// REPORT: "action": "split"
