//! Inline recall: how much of one unit's inlining the units still can do.

use std::path::Path;

use anyhow::{Context, Result};
use pcg_tests::benchmark::Bench;
use pcg_tests::command::{command, run_ok};
use pcg_tests::toolchain;
use serde_json::Value;

/// The shares of the (caller, callee) pairs inlined by LLVM in one unit whose callee's body is available in the caller's
/// unit, for several numbers of units: what `pcg-lab` finds from the crate's graph and LLVM's own remarks.
pub(crate) fn inline_recall<const N: usize>(bench: &Bench, units: [usize; N]) -> Result<[f64; N]> {
    let saved = bench.save_truth()?;
    let mut shares = [0.0; N];
    for (share, units) in shares.iter_mut().zip(units) {
        *share = recall(&saved.graph, &saved.truth, units)?;
    }
    Ok(shares)
}

fn recall(graph: &Path, truth: &Path, units: usize) -> Result<f64> {
    let mut lab = command(toolchain::pcg_lab()?);
    lab.arg("partition").arg(graph).arg("--truth").arg(truth);
    lab.args(["--units", &units.to_string(), "--format", "json"]);
    let answer: Value = serde_json::from_slice(&run_ok(&mut lab)?.stdout)?;
    let count = |name: &str| answer["inline_recall"][name].as_f64().with_context(|| format!("pcg-lab gives no {name}"));
    let (available, pairs) = (count("available_pairs")?, count("pairs")?);
    Ok(if pairs == 0.0 { 1.0 } else { available / pairs })
}
