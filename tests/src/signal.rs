//! Stopping a program in the middle of its work.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// Sends a signal, by its name without `SIG`, to a process that may have ended by now.
pub fn send(child: &Child, signal: &str) -> Result<()> {
    // A process that has not been waited for keeps its number, so this reaches nobody else.
    kill(signal, &child.id().to_string())
}

/// Sends a signal to the process group that a process was started as, as a terminal does.
pub fn send_to_group(child: &Child, signal: &str) -> Result<()> {
    kill(signal, &format!("-{}", child.id()))
}

/// Sends a signal to another process than a child, if it is still there.
pub fn send_to(process: u32, signal: &str) {
    drop(kill(signal, &process.to_string()));
}

fn kill(signal: &str, whom: &str) -> Result<()> {
    let mut kill = Command::new("kill");
    let status = kill.arg(format!("-{signal}")).args(["--", whom]).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "kill failed");
    Ok(())
}

/// Whether a condition holds soon: a signal ends one process after the other.
pub fn soon(condition: impl Fn() -> bool) -> bool {
    (0..250).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        condition()
    })
}

/// Waits for the end, at most so long.
pub fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    child.wait()?;
    anyhow::bail!("the program did not end within {} seconds", limit.as_secs())
}
