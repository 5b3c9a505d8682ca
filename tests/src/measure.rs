//! Measuring one program's run.

use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use wait4::Wait4;

/// The cost of one run.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// How the program ended.
    pub status: ExitStatus,
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of user and system time of the program and the programs that it waited for.
    pub cpu: f64,
    /// The user time in it.
    pub user: f64,
}

/// Runs a program without its output and says what it cost.
pub fn measure(command: &mut Command) -> Result<Cost> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    let used = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    let user = used.rusage.utime.as_secs_f64();
    Ok(Cost { status: used.status, wall, cpu: user + used.rusage.stime.as_secs_f64(), user })
}

/// The middle value; the mean of the two middle ones if there is an even number. 0 of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// The geometric mean, the right mean of ratios. 1 of nothing.
pub fn geometric_mean(ratios: &[f64]) -> f64 {
    if ratios.is_empty() {
        return 1.0;
    }
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn opposite_ratios_cancel_out() {
        assert!((geometric_mean(&[0.5, 2.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_child_is_charged_for_what_it_burns() {
        let cost = measure(Command::new("sh").args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"]));
        let cost = cost.expect("sh runs");
        assert!(cost.status.success() && cost.cpu > 0.001 && cost.wall >= cost.cpu * 0.5, "{cost:?}");
    }
}
