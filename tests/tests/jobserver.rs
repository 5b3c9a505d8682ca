//! pcg is a good client of make's jobserver: it works on as many threads as it has tokens, and loses none.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jobserver::Client;
use pcg_tests::measure::measure;
use pcg_tests::processes::{self, worker_times};
use pcg_tests::recording::Recording;
use pcg_tests::rustc::Compiler;
use pcg_tests::{signal, sources, toolchain};

const LIMIT: Duration = Duration::from_secs(120);

struct Subject {
    scratch: tempfile::TempDir,
    recording: Recording,
}

impl Subject {
    fn new(package: &str) -> Result<Self> {
        let scratch = toolchain::scratch("jobserver")?;
        let recording = Recording::of_library(&sources::project(), package, &scratch.path().join("target"))?;
        Ok(Self { scratch, recording })
    }

    /// A compile into eight units under a jobserver, which the caller holds one unwritten token of.
    fn command(&self, client: &Client, more: &[&str]) -> Result<Command> {
        let out = self.scratch.path().join("out");
        std::fs::create_dir_all(&out)?;
        let more: Vec<&str> =
            ["-Ccodegen-units=8", "--pcg-threads=8"].into_iter().chain(more.iter().copied()).collect();
        let mut command = self.recording.command(&Compiler::Pcg.path()?, &out, &more)?;
        client.configure(&mut command);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }
}

#[test]
fn never_more_workers_run_than_there_are_tokens_and_all_come_back() -> Result<()> {
    let subject = Subject::new("regex-syntax")?;
    let mut most_taken = 0;
    for tokens in [0, 1, 2] {
        let client = Client::new(tokens)?;
        let mut child = subject.command(&client, &["--pcg-strict"])?.spawn()?;
        while child.try_wait()?.is_none() {
            let before = tokens - client.available()?;
            let start = (Instant::now(), worker_times(child.id()));
            std::thread::sleep(Duration::from_millis(20));
            let busy = busy_workers(&child, start);
            let taken = before.max(tokens - client.available()?);
            most_taken = most_taken.max(taken);
            if busy > 1 + taken {
                child.kill()?;
                child.wait()?;
                bail!("{busy} workers with {taken} of {tokens} tokens");
            }
        }
        ensure!(child.wait()?.success(), "the compile failed");
        ensure!(client.available()? == tokens, "{} of {tokens} tokens are left", client.available()?);
    }
    ensure!(most_taken > 0, "no token was ever taken: the test shows nothing");
    Ok(())
}

#[test]
fn without_tokens_there_is_one_worker() -> Result<()> {
    let subject = Subject::new("regex-syntax")?;
    let client = Client::new(0)?;
    let cost = measure(&mut subject.command(&client, &["--pcg-strict"])?)?;
    ensure!(cost.status.success(), "the compile failed");
    // rustc writes metadata while it compiles, so a little is done in parallel even by one worker.
    ensure!(cost.cpu < cost.wall * 1.2, "{:.2} s of work in {:.2} s", cost.cpu, cost.wall);
    Ok(())
}

#[test]
fn no_token_is_lost_when_the_compile_fails() -> Result<()> {
    let subject = Subject::new("memchr")?;
    let client = Client::new(3)?;
    for more in [&["--cfg=no_such_thing", "-Dunexpected-cfgs", "--no-such-flag"] as &[&str], &["--extern=nothing=/no"]]
    {
        let cost = measure(&mut subject.command(&client, more)?)?;
        ensure!(client.available()? == 3, "{more:?}: {} of 3 tokens are left, {}", client.available()?, cost.status);
    }
    Ok(())
}

#[test]
fn no_token_is_lost_and_nobody_works_on_when_the_compile_is_interrupted() -> Result<()> {
    let subject = Subject::new("regex-syntax")?;
    let client = Client::new(3)?;
    for (name, milliseconds) in [("INT", 0), ("INT", 30), ("INT", 100), ("TERM", 300), ("HUP", 600), ("KILL", 50)] {
        let mut child = subject.command(&client, &[])?.spawn()?;
        while client.available()? == 3 {
            ensure!(child.try_wait()?.is_none(), "no token was ever taken: the test shows nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(milliseconds));
        let compilers = processes::compilers(child.id());
        signal::send(&child, name)?;
        signal::wait(&mut child, LIMIT)?;
        // rustc, too, may hold tokens; it is stopped by pcg and needs a moment.
        let back = signal::soon(|| client.available().is_ok_and(|available| available == 3));
        ensure!(back, "SIG{name} after {milliseconds} ms: {} of 3 tokens are left", client.available()?);
        let works = |&process: &u32| processes::is_compiler(process);
        ensure!(signal::soon(|| !compilers.iter().any(works)), "SIG{name} after {milliseconds} ms: a compiler is left");
    }
    Ok(())
}

#[test]
fn no_token_is_lost_when_pcg_codegen_is_killed() -> Result<()> {
    let subject = Subject::new("regex-syntax")?;
    let client = Client::new(3)?;
    // Not at once: a token is told of after it has been taken, and a kill in between loses it.
    for milliseconds in [20, 50, 300] {
        let mut child = subject.command(&client, &[])?.spawn()?;
        while client.available()? == 3 {
            ensure!(child.try_wait()?.is_none(), "no token was ever taken: the test shows nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(milliseconds));
        let codegen = processes::compilers(child.id()).into_iter().find(|&process| processes::is_pcg_codegen(process));
        signal::send_to(codegen.context("no pcg-codegen is running")?, "KILL");
        ensure!(signal::wait(&mut child, LIMIT)?.success(), "stock rustc did not compile");
        ensure!(client.available()? == 3, "{milliseconds} ms: {} of 3 tokens are left", client.available()?);
    }
    Ok(())
}

/// How many workers have worked for most of the time since `start`. Threads that follow each other within it, and
/// idle ones that are about to sleep, do not count.
fn busy_workers(child: &Child, (start, before): (Instant, BTreeMap<u32, u64>)) -> usize {
    let after = worker_times(child.id());
    let most = start.elapsed().as_nanos() * 6 / 10;
    let spent = |(worker, time): (&u32, &u64)| u128::from(time.saturating_sub(*before.get(worker).unwrap_or(time)));
    after.iter().map(spent).filter(|spent| *spent > most).count()
}
