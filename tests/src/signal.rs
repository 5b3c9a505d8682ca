//! Stopping a program in the middle of its work.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// Sends a signal, by its name without `SIG`, to a process that may have ended by now.
pub fn send(child: &Child, signal: &str) -> Result<()> {
    // A process that has not been waited for keeps its number, so this reaches nobody else.
    let mut kill = Command::new("kill");
    let status = kill.arg(format!("-{signal}")).arg(child.id().to_string()).status()?;
    ensure!(status.success(), "kill failed");
    Ok(())
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
