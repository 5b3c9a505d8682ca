//! The compilers below another process, and how long they have worked, as Linux tells it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The processes below `root` that are pcg's or rustc.
pub fn compilers(root: u32) -> Vec<u32> {
    let mut compilers = Vec::new();
    let mut to_see = vec![root];
    while let Some(process) = to_see.pop() {
        if is_compiler(process) {
            compilers.push(process);
        }
        to_see.extend(children(process));
    }
    compilers
}

/// The processor time of each worker below `root` in nanoseconds, by the id of its thread. A worker is a thread of
/// pcg's, or a rustc with all of its threads: it does a little in parallel without a token.
pub fn worker_times(root: u32) -> BTreeMap<u32, u64> {
    let mut times = BTreeMap::new();
    for process in compilers(root) {
        let threads = threads(process).into_iter().filter_map(|thread| Some((id(&thread)?, time(&thread)?)));
        if is_pcg(process) {
            times.extend(threads);
        } else {
            times.insert(process, threads.map(|(_, time)| time).sum());
        }
    }
    times
}

/// Whether a process is there that is pcg's or rustc.
pub fn is_compiler(process: u32) -> bool {
    is_pcg(process) || is_called(process, "rustc")
}

/// Whether a process is there that is pcg-rustc or pcg-codegen.
fn is_pcg(process: u32) -> bool {
    is_called(process, "pcg-rustc") || is_pcg_codegen(process)
}

/// Whether a process is there that is pcg-codegen.
pub fn is_pcg_codegen(process: u32) -> bool {
    is_called(process, "pcg-codegen")
}

fn is_called(process: u32, name: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|found| found.trim_end() == name)
}

fn children(process: u32) -> Vec<u32> {
    let of_threads =
        threads(process).into_iter().filter_map(|thread| std::fs::read_to_string(thread.join("children")).ok());
    of_threads.flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// The folders of a process's threads; none if it has just ended.
fn threads(process: u32) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn id(thread: &Path) -> Option<u32> {
    thread.file_name()?.to_str()?.parse().ok()
}

fn time(thread: &Path) -> Option<u64> {
    std::fs::read_to_string(thread.join("schedstat")).ok()?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn processes_below_another_are_found() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        assert!(children(std::process::id()).contains(&child.id()));
        assert!(threads(child.id()).iter().all(|thread| time(thread).is_some()));
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(compilers(std::process::id()).is_empty() && threads(child.id()).is_empty());
    }
}
