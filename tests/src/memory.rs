//! The memory that a program takes together with everything that it starts.
//!
//! A compiler may be several processes: pcg's front end is a child, and so are linkers. The largest resident size that
//! `wait4` reports is that of one process only, and adding those up counts pages that several have mapped, such as
//! LLVM's library, more than once, and sizes that were never reached at the same time. So the whole tree is looked at
//! again and again while it runs, and the kernel's proportional set sizes are added up: each page counts once.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// The time between two looks. Peaks that are shorter may be missed.
const INTERVAL: Duration = Duration::from_millis(10);

/// Runs a program, which has to succeed, and returns the most bytes that it and its descendants had at one look.
///
/// Looking takes time: a run that is looked at is no measure of speed.
pub fn peak_of_tree(command: &mut Command) -> Result<u64> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
    let mut peak = 0;
    let status = loop {
        peak = tree(child.id())?.into_iter().map(proportional_bytes).sum::<u64>().max(peak);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(INTERVAL);
    };
    ensure!(status.success(), "{command:?} ended with {status}");
    ensure!(peak > 0, "the kernel tells no proportional set sizes (/proc/PID/smaps_rollup)");
    Ok(peak)
}

/// A process and its descendants.
fn tree(root: u32) -> Result<Vec<u32>> {
    let all = parents()?;
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&process) = found.get(next) {
        found.extend(all.iter().filter(|(_, parent)| *parent == process).map(|(child, _)| *child));
        next += 1;
    }
    Ok(found)
}

/// Each process with its parent. Processes that end meanwhile are left out.
fn parents() -> Result<Vec<(u32, u32)>> {
    let mut all = Vec::new();
    for entry in Path::new("/proc").read_dir()? {
        let entry = entry?;
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = std::fs::read_to_string(entry.path().join("stat")).ok().as_deref().and_then(parent) {
            all.push((process, parent));
        }
    }
    Ok(all)
}

/// The second field after the program's name, which may itself hold spaces and parentheses.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// A process's own pages, and its share of those that it has in common with others. 0 once it has ended.
fn proportional_bytes(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_count() -> Result<()> {
        // Each process holds 32 MiB, while the other one does, too.
        let hold = r#"x=$(head -c 33554432 /dev/zero | tr "\0" x)"#;
        let one = peak_of_tree(Command::new("sh").args(["-c", &format!("{hold}; sleep 0.3; :")]))?;
        let both = format!("{hold}; ({hold}; sleep 0.3; :) & {hold}; wait");
        let both = peak_of_tree(Command::new("sh").args(["-c", &both]))?;
        ensure!(one >= 32 << 20 && both >= one + (24 << 20), "{one} and {both} bytes");
        Ok(())
    }

    #[test]
    fn a_failure_is_an_error() {
        assert!(peak_of_tree(Command::new("sh").args(["-c", "exit 3"])).is_err());
    }

    #[test]
    fn names_of_programs_may_be_anything() {
        assert_eq!(parent("12 (a) b (c) S 7 12 12 0"), Some(7));
    }
}
