//! Inline recall: how much of one unit's inlining the units still can do.

use anyhow::Result;
use pcg_tests::benchmark::Bench;

/// The share of the (caller, callee) pairs inlined by LLVM in one unit whose callee's body is available in the
/// caller's unit, with so many units. `None` while nothing measures it.
///
/// This is the place for it: `pcg-rustc --pcg-inline-truth=FILE --pcg-dump-graph=GRAPH` on the crate's command, then
/// `pcg-lab partition GRAPH --units N --truth FILE --format json`, which has the figure.
pub(crate) fn inline_recall(_bench: &Bench, _units: usize) -> Result<Option<f64>> {
    Ok(None)
}
