//! The time that pcg adds where it leaves everything to rustc.

use anyhow::Result;
use pcg_tests::measure::{measure, median};
use pcg_tests::rustc::Compiler;

/// Runs that the time is the median of.
const PROBES: usize = 41;

/// A sentence with the times of stock rustc, of pcg, and their difference.
pub(crate) fn sentence() -> Result<String> {
    let time = |compiler: Compiler| -> Result<f64> {
        Ok(measure(compiler.command(&std::env::temp_dir(), &["--print=cfg"])?.args(["-Copt-level=3"]))?.wall * 1e3)
    };
    let (mut stock, mut pcg) = (Vec::new(), Vec::new());
    for _ in 0..PROBES {
        stock.push(time(Compiler::Stock)?);
        pcg.push(time(Compiler::Pcg)?);
    }
    let (stock, pcg) = (median(&stock), median(&pcg));
    Ok(format!("Pass-through (`--print=cfg`): stock {stock:.1} ms, pcg {pcg:.1} ms, added {:.1} ms.", pcg - stock))
}
