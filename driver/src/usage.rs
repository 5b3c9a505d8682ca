//! CPU time and memory of this process and of its children (`getrusage(2)`).

use std::time::Instant;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// CPU seconds used so far, in user and kernel mode together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cpu {
    /// All threads of this process.
    pub own: f64,
    /// Children that have ended and been waited for, and theirs.
    pub children: f64,
}

impl Cpu {
    /// What has been used until now.
    pub fn now() -> Self {
        let seconds = |who| getrusage(who).map_or(0.0, |usage| seconds(&usage));
        Self { own: seconds(UsageWho::RUSAGE_SELF), children: seconds(UsageWho::RUSAGE_CHILDREN) }
    }
}

fn seconds(usage: &Usage) -> f64 {
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    microseconds as f64 / 1e6
}

/// The largest resident sizes so far, in bytes: of this process, and of the largest of its children.
pub fn peak_memory() -> (u64, u64) {
    // Linux counts in KiB.
    let bytes = |who| getrusage(who).map_or(0, |usage| usage.max_rss().max(0) as u64 * 1024);
    (bytes(UsageWho::RUSAGE_SELF), bytes(UsageWho::RUSAGE_CHILDREN))
}

/// A running measurement.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    wall: Instant,
    cpu: Cpu,
}

/// What a [`Stopwatch`] has measured, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Elapsed time.
    pub wall: f64,
    /// CPU time of this process.
    pub own: f64,
    /// CPU time of children that ended in between.
    pub children: f64,
}

impl Stopwatch {
    /// Starts one.
    pub fn start() -> Self {
        Self { wall: Instant::now(), cpu: Cpu::now() }
    }

    /// What was spent since it was started.
    pub fn spent(&self) -> Spent {
        let now = Cpu::now();
        Spent {
            wall: self.wall.elapsed().as_secs_f64(),
            own: now.own - self.cpu.own,
            children: now.children - self.cpu.children,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_of_children_is_counted_apart() {
        let watch = Stopwatch::start();
        let busy = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", busy]).status().unwrap().success());
        let spent = watch.spent();
        assert!(spent.children > 0.0 && spent.wall > 0.0);
        assert!(spent.own < spent.children + spent.wall);
    }

    #[test]
    fn memory_is_more_than_a_page() {
        assert!(peak_memory().0 > 4096);
    }
}
