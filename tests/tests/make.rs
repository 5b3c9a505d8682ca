//! make around cargo around pcg: all of them share make's tokens, and none is lost.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use jobserver::Client;
use pcg_tests::command::command;
use pcg_tests::report::Report;
use pcg_tests::{processes, signal, toolchain};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);

/// Who has worked between all of several looks, one after the other, is a worker. One that has just been woken, or gives
/// its token to another one and is about to sleep, waits for a processor as well, but has not worked all the time.
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);
const LEAST_NANOSECONDS: u64 = 1_000_000;

/// The libraries of the project, which do not depend on each other.
const LIBRARIES: [&str; 3] = ["one", "two", "three"];

/// So many tokens that some are left for pcg when cargo has taken one for each library.
const TOKENS: usize = 6;

/// How many functions each of them has.
const FUNCTIONS: usize = 64;

/// A program of several libraries, each with enough code to be split, and a makefile that builds it.
struct Project {
    folder: TempDir,
    /// One build at a time, as the machine's cores are what shows who works.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Project {
    fn new() -> Result<Self> {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = toolchain::scratch("make")?;
        let manifest = |name: &str| format!("[package]\nname = '{name}'\nversion = '0.0.0'\nedition = '2024'\n");
        let mut program = format!("{}[workspace]\n[dependencies]\n", manifest("program"));
        for name in LIBRARIES {
            fs::create_dir_all(folder.path().join(name).join("src"))?;
            fs::write(folder.path().join(name).join("Cargo.toml"), manifest(name))?;
            fs::write(folder.path().join(name).join("src/lib.rs"), library())?;
            writeln!(program, "{name}.path = '{name}'")?;
        }
        fs::create_dir(folder.path().join("src"))?;
        fs::write(folder.path().join("Cargo.toml"), program)?;
        fs::write(folder.path().join("src/main.rs"), "fn main() { println!(\"{:?}\", one::words0(\"a b\")); }\n")?;
        fs::write(folder.path().join("Makefile"), "all:\n\t+$(CARGO_PCG) pcg build $(FLAGS)\n")?;
        Ok(Self { folder, _alone: alone })
    }

    /// `make all` as a process group of its own, from nothing.
    fn make(&self) -> Result<Command> {
        drop(fs::remove_dir_all(self.folder.path().join("target")));
        let mut make = command("make");
        make.env("FLAGS", "--release --quiet --codegen-units=4 --pcg-threads=4 --pcg-report=reports/");
        make.env("CARGO_PCG", toolchain::cargo_pcg()?).env("CARGO", toolchain::cargo()?);
        make.env("RUSTC", toolchain::rustc()?).env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        make.current_dir(self.folder.path()).process_group(0).stdout(Stdio::null()).stderr(Stdio::piped());
        Ok(make)
    }

    /// Builds all, and sees to it that never more than `most` work. Returns how many worked at most.
    fn build(&self, make: &mut Command, most: usize) -> Result<usize> {
        let mut make = make.spawn()?;
        let seen = watch(&mut make, most);
        if seen.is_err() {
            signal::send_to_group(&make, "TERM")?;
        }
        let output = make.wait_with_output()?;
        let seen = seen?;
        // make counts its tokens when it ends.
        ensure!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let reports = Report::read_all(&self.folder.path().join("reports"))?;
        let is_split = |name| reports.iter().any(|report| report.crate_name() == name && report.codegen_units() == 4);
        ensure!(LIBRARIES.into_iter().all(is_split), "not everything was split: {reports:?}");
        Ok(seen)
    }
}

/// Functions that are not the same for LLVM.
fn library() -> String {
    let mut text = String::from("use std::collections::BTreeMap;\n");
    for number in 0..FUNCTIONS {
        let function = format!(
            "pub fn words{number}(text: &str) -> BTreeMap<String, Vec<usize>> {{\n    \
             let mut found = BTreeMap::<String, Vec<usize>>::new();\n    \
             for (at, word) in text.split(char::is_whitespace).enumerate() {{\n        \
             found.entry(format!(\"{{word}}{number}\")).or_default().push(at * {number});\n    }}\n    \
             found.retain(|_, at| at.len() > {number});\n    found\n}}\n"
        );
        text.push_str(&function);
    }
    text
}

/// Looks at a build until it ends.
fn watch(make: &mut Child, most: usize) -> Result<usize> {
    let mut seen = 0;
    while make.try_wait()?.is_none() {
        let looks: Vec<_> = (0..4).map(|_| look(make)).collect();
        let always_work = looks[0].keys().filter(|&worker| {
            let spent = |look: &[BTreeMap<u32, u64>]| Some(look[1].get(worker)?.saturating_sub(*look[0].get(worker)?));
            looks.windows(2).all(|pair| spent(pair).is_some_and(|spent| spent > LEAST_NANOSECONDS))
        });
        let working = always_work.count();
        ensure!(working <= most, "{working} work with {most} tokens");
        seen = seen.max(working);
    }
    Ok(seen)
}

fn look(make: &Child) -> BTreeMap<u32, u64> {
    std::thread::sleep(BETWEEN_LOOKS);
    processes::worker_times(make.id())
}

#[test]
fn never_more_work_than_make_has_tokens() -> Result<()> {
    let project = Project::new()?;
    for jobs in [2, 3] {
        let seen = project.build(project.make()?.arg(format!("-j{jobs}")), jobs)?;
        ensure!(seen > 1, "nothing was ever done in parallel: the test shows nothing");
    }
    Ok(())
}

#[test]
fn one_job_is_one_worker() -> Result<()> {
    let project = Project::new()?;
    // `make -j1` has no jobserver, so cargo has to be told as well.
    let mut make = project.make()?;
    make.arg("-j1").env("FLAGS", "-j1 --release --quiet --codegen-units=4 --pcg-threads=4 --pcg-report=reports/");
    ensure!(project.build(&mut make, 1)? == 1, "no worker was seen: the test shows nothing");
    let client = Client::new(0)?;
    let mut make = project.make()?;
    client.configure_make(&mut make);
    ensure!(project.build(&mut make, 1)? == 1, "no worker was seen: the test shows nothing");
    Ok(())
}

#[test]
fn no_token_is_lost_by_a_build() -> Result<()> {
    let project = Project::new()?;
    let client = Client::new(TOKENS)?;
    let mut make = project.make()?;
    client.configure_make(&mut make);
    project.build(&mut make, 1 + TOKENS)?;
    ensure!(client.available()? == TOKENS, "success: {} of {TOKENS} tokens are left", client.available()?);
    fs::write(project.folder.path().join("two/src/lib.rs"), format!("{}fn f() -> u8 {{ \"\" }}\n", library()))?;
    let mut make = project.make()?;
    client.configure_make(&mut make);
    let output = make.output()?;
    ensure!(output.status.code() == Some(2) && String::from_utf8_lossy(&output.stderr).contains("E0308"), "{output:?}");
    ensure!(client.available()? == TOKENS, "an error: {} of {TOKENS} tokens are left", client.available()?);
    Ok(())
}

/// A build in which a compiler has taken a token, and so long after that, with its compilers.
fn in_the_middle(project: &Project, client: &Client, milliseconds: u64) -> Result<(Child, Vec<u32>)> {
    let mut make = project.make()?;
    client.configure_make(&mut make);
    let mut make = make.stderr(Stdio::null()).spawn()?;
    while client.available()? + LIBRARIES.len() > TOKENS {
        ensure!(make.try_wait()?.is_none(), "no token was ever taken: the test shows nothing");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(milliseconds));
    let compilers = processes::compilers(make.id());
    Ok((make, compilers))
}

#[test]
fn no_token_is_lost_when_compilers_are_interrupted() -> Result<()> {
    let project = Project::new()?;
    let client = Client::new(TOKENS)?;
    for milliseconds in [0, 50, 150, 400] {
        let (mut make, compilers) = in_the_middle(&project, &client, milliseconds)?;
        compilers.iter().for_each(|&compiler| signal::send_to(compiler, "INT"));
        ensure!(!signal::wait(&mut make, LIMIT)?.success(), "nothing was interrupted");
        let back = signal::soon(|| client.available().is_ok_and(|available| available == TOKENS));
        ensure!(back, "after {milliseconds} ms: {} of {TOKENS} tokens are left", client.available()?);
    }
    Ok(())
}

/// Cargo ends at once and loses the tokens that it has, with any rustc. make ends as well, so nobody misses them.
#[test]
fn no_compiler_is_left_when_a_build_is_interrupted() -> Result<()> {
    let project = Project::new()?;
    for milliseconds in [0, 50, 150, 400] {
        let client = Client::new(TOKENS)?;
        let (mut make, compilers) = in_the_middle(&project, &client, milliseconds)?;
        signal::send_to_group(&make, "INT")?;
        ensure!(!signal::wait(&mut make, LIMIT)?.success(), "it was not interrupted");
        let works = |&compiler: &u32| processes::is_compiler(compiler);
        ensure!(signal::soon(|| !compilers.iter().any(works)), "after {milliseconds} ms: a compiler is left");
    }
    Ok(())
}
