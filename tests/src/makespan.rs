//! How long a crate's units take on more cores than this machine has.
//!
//! As everything here knows pcg's executables only, the back end's schedule (`partition/src/queue.rs`) is played by its
//! rule and not by its code.

use std::cmp::Ordering;
use std::collections::VecDeque;

/// The seconds of one unit: its first step comes before its second one, on whatever core.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Loading and optimisation.
    pub optimise: f64,
    /// Code generation.
    pub emit: f64,
}

impl Unit {
    /// Both steps.
    pub fn seconds(&self) -> f64 {
        self.optimise + self.emit
    }
}

/// The time from the first unit's start to the last one's end on `cores`, as pcg does it: a core that is free optimises
/// the heaviest unit that nobody has begun, unless there are none, or more units than cores are optimised and wait for
/// code generation; then it emits the largest of these.
///
/// # Panics
///
/// Panics if there are no cores.
pub fn makespan(units: &[Unit], cores: usize) -> f64 {
    let mut heaviest_first = units.to_vec();
    heaviest_first.sort_by(|one, other| other.seconds().total_cmp(&one.seconds()));
    let mut waiting = VecDeque::from(heaviest_first);
    let mut optimised: Vec<Unit> = Vec::new();
    // When each core is free, and what it has optimised by then.
    let mut cores: Vec<(f64, Option<Unit>)> = vec![(0.0, None); cores];
    let most = if cores.len() > 1 { cores.len() } else { 0 };
    let mut end = 0.0_f64;
    let by_time = |one: &(usize, f64), other: &(usize, f64)| one.1.total_cmp(&other.1);
    loop {
        let times = cores.iter().map(|(time, _)| *time).enumerate();
        let (core, now) = times.min_by(by_time).expect("there is a core");
        optimised.extend(cores[core].1.take());
        if optimised.len() <= most
            && let Some(unit) = waiting.pop_front()
        {
            cores[core] = (now + unit.optimise, Some(unit));
        } else if let Some(largest) = largest(&optimised) {
            cores[core].0 = now + optimised.swap_remove(largest).emit;
        } else {
            // It waits for those that are at work.
            let busy = cores.iter().filter(|(_, unit)| unit.is_some()).map(|(time, _)| *time);
            let Some(next) = busy.min_by(f64::total_cmp) else { return end };
            cores[core].0 = next.max(now.next_up());
            continue;
        }
        end = end.max(cores[core].0);
    }
}

fn largest(units: &[Unit]) -> Option<usize> {
    let by_emit = |one: &usize, other: &usize| -> Ordering { units[*one].emit.total_cmp(&units[*other].emit) };
    (0..units.len()).max_by(by_emit)
}

#[cfg(test)]
mod tests {
    use super::{Unit, makespan};

    fn units(steps: &[(f64, f64)]) -> Vec<Unit> {
        steps.iter().map(|&(optimise, emit)| Unit { optimise, emit }).collect()
    }

    #[test]
    fn one_core_does_all() {
        assert_eq!(makespan(&units(&[(1.0, 0.5), (2.0, 1.0), (3.0, 0.5)]), 1), 8.0);
    }

    #[test]
    fn the_longest_unit_is_the_least_time() {
        assert_eq!(makespan(&units(&[(1.0, 1.0), (4.0, 2.0), (1.0, 1.0)]), 16), 6.0);
    }

    #[test]
    fn long_units_go_first() {
        // In the given order it would be 5: 1 and 1, then 1 and 4.
        assert_eq!(makespan(&units(&[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (4.0, 0.0)]), 2), 4.0);
    }

    #[test]
    fn code_generation_fills_the_end() {
        // In one go each, three units on two cores would take 6.
        assert_eq!(makespan(&units(&[(2.0, 1.0); 3]), 2), 5.0);
    }

    #[test]
    fn nothing_takes_no_time() {
        assert_eq!(makespan(&[], 4), 0.0);
    }
}
