//! One workload by the programs of several compilers: instructions, run times, and proof that they do the same.

use anyhow::{Result, ensure};

use crate::measure::median;
use crate::program::Program;
use crate::variant::Variant;
use crate::workload::Workload;

/// What one variant's program takes for a workload.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Who compiled the program.
    pub variant: Variant,
    /// Instructions executed.
    pub instructions: u64,
    /// Seconds of user time of each run.
    pub seconds: Vec<f64>,
}

impl Figures {
    /// The median of the runs' seconds.
    pub fn time(&self) -> f64 {
        median(&self.seconds)
    }
}

/// Runs a workload once under callgrind and `rounds` times without, with each program. Programs take turns, and each
/// round begins with another one.
///
/// # Errors
///
/// Fails if a program writes something else than the first one, under callgrind or without.
pub fn figures(programs: &[Program], workload: &Workload, rounds: usize) -> Result<Vec<Figures>> {
    let mut expected = None;
    let mut all = Vec::new();
    for program in programs {
        let count = program.count(workload)?;
        for output in [program.output(workload)?, count.outcome.stdout_text()] {
            let expected = expected.get_or_insert_with(|| output.clone());
            ensure!(
                output == *expected,
                "{}, {}: {output} instead of {expected}",
                workload.name,
                program.variant.name()
            );
        }
        all.push(Figures { variant: program.variant, instructions: count.instructions, seconds: Vec::new() });
    }
    for round in 0..rounds {
        for step in 0..programs.len() {
            let index = (round + step) % programs.len();
            let cost = programs[index].run(workload)?;
            ensure!(cost.status.success(), "{}, {}: {}", workload.name, programs[index].variant.name(), cost.status);
            all[index].seconds.push(cost.user);
        }
    }
    Ok(all)
}
