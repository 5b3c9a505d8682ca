//! Whatever happens to a compile, what lies in the output folder is stock's result, pcg's result or nothing.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use pcg_tests::command::{command, run, run_ok};
use pcg_tests::recording::Recording;
use pcg_tests::report::Report;
use pcg_tests::rustc::Compiler;
use pcg_tests::{archive, processes, signal, sources, toolchain};

/// Longer than any compile in this file takes.
const LIMIT: Duration = Duration::from_secs(120);

/// Moments of a compile at which it is stopped, as shares of the time that it takes.
const MOMENTS: [f64; 9] = [0.02, 0.1, 0.3, 0.45, 0.6, 0.75, 0.85, 0.93, 0.98];

/// A real crate, the library that pcg makes of it, and the time that this takes.
struct Crate {
    scratch: tempfile::TempDir,
    recording: Recording,
    library: Vec<u8>,
    seconds: f64,
}

impl Crate {
    fn new() -> Result<Self> {
        let scratch = toolchain::scratch("survival")?;
        let recording = Recording::of_library(&sources::project(), "memchr", &scratch.path().join("target"))?;
        let mut new = Self { scratch, recording, library: Vec::new(), seconds: 0.0 };
        let (out, _) = new.folders("reference")?;
        let start = Instant::now();
        run_ok(new.command(&out)?.arg("--pcg-strict"))?;
        new.seconds = start.elapsed().as_secs_f64();
        new.library = std::fs::read(out.join(new.recording.library()?))?;
        Ok(new)
    }

    /// An output folder and a folder for temporary files.
    fn folders(&self, name: &str) -> Result<(PathBuf, PathBuf)> {
        let folder = self.scratch.path().join(name);
        let (out, temporary) = (folder.join("out"), folder.join("tmp"));
        std::fs::create_dir_all(&out)?;
        std::fs::create_dir_all(&temporary)?;
        Ok((out, temporary))
    }

    fn command(&self, out: &Path) -> Result<Command> {
        let mut command = self.recording.command(&Compiler::Pcg.path()?, out, &["-Ccodegen-units=4"])?;
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }

    /// Stops a compile at each moment and returns the folders with how it ended.
    fn stop(&self, name: &str) -> Result<Vec<(PathBuf, PathBuf, Option<i32>)>> {
        let mut results = Vec::new();
        for moment in MOMENTS {
            let (out, temporary) = self.folders(&format!("{name}-{moment}"))?;
            let mut child = self.command(&out)?.env("TMPDIR", &temporary).spawn()?;
            std::thread::sleep(Duration::from_secs_f64(self.seconds * moment));
            signal::send(&child, name)?;
            let status = signal::wait(&mut child, LIMIT)?;
            results.push((out, temporary, status.signal()));
        }
        Ok(results)
    }

    /// No library, or the whole one.
    fn check(&self, out: &Path) -> Result<()> {
        let library = out.join(self.recording.library()?);
        if library.exists() {
            ensure!(std::fs::read(&library)? == self.library, "{} is not whole", library.display());
        }
        let allowed = |name: &str| name.ends_with(".rlib") || name.ends_with(".rmeta") || name.ends_with(".d");
        for entry in out.read_dir()? {
            let name = entry?.file_name().into_string().unwrap_or_default();
            ensure!(allowed(&name), "{name} was left in the output folder");
        }
        Ok(())
    }
}

#[test]
fn an_interrupt_leaves_nothing_behind() -> Result<()> {
    let subject = Crate::new()?;
    let mut interrupted = 0;
    for name in ["INT", "TERM", "HUP"] {
        for (out, temporary, signal) in subject.stop(name)? {
            interrupted += usize::from(signal.is_some());
            subject.check(&out)?;
            let left: Vec<_> = temporary.read_dir()?.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
            ensure!(left.is_empty(), "SIG{name} left {left:?} in TMPDIR");
        }
    }
    ensure!(interrupted > MOMENTS.len(), "only {interrupted} compiles died by their signal");
    Ok(())
}

#[test]
fn a_kill_leaves_no_half_written_library() -> Result<()> {
    let subject = Crate::new()?;
    let results = subject.stop("KILL")?;
    // A front end that has lost its parent may go on for a while.
    std::thread::sleep(Duration::from_secs_f64(subject.seconds * 2.0));
    for (out, _, _) in results {
        subject.check(&out)?;
    }
    Ok(())
}

#[test]
fn where_pcg_codegen_is_killed_stock_compiles() -> Result<()> {
    let subject = Crate::new()?;
    let mut replaced = 0;
    for moment in MOMENTS {
        let (out, temporary) = subject.folders(&format!("gone-{moment}"))?;
        let report = out.with_file_name("report.json");
        let mut command = subject.command(&out)?;
        let mut child = command.arg(format!("--pcg-report={}", report.display())).env("TMPDIR", &temporary).spawn()?;
        std::thread::sleep(Duration::from_secs_f64(subject.seconds * moment));
        let processes = processes::compilers(child.id()).into_iter();
        let back_end = processes.filter(|&process| processes::is_pcg_codegen(process));
        back_end.for_each(|process| signal::send_to(process, "KILL"));
        let status = signal::wait(&mut child, LIMIT)?;
        ensure!(status.success() && temporary.read_dir()?.next().is_none(), "{moment}: {status}");
        let library = out.join(subject.recording.library()?);
        ensure!(
            archive::objects(&library)?.iter().all(|object| object.data.starts_with(b"\x7fELF")),
            "no machine code"
        );
        let report = Report::read(&report)?;
        match (report.action(), report.reason()) {
            ("fallback", "back-end-gone") => {
                let sentence = report.0["reason"]["sentence"].as_str().unwrap_or_default();
                ensure!(sentence.contains("signal: 9"), "{moment}: {sentence}");
                replaced += 1;
            }
            // There was none yet, or it had done its work.
            ("split", _) => subject.check(&out)?,
            other => bail!("{moment}: {other:?}"),
        }
    }
    ensure!(replaced > MOMENTS.len() / 2, "only {replaced} compiles lost their pcg-codegen");
    Ok(())
}

#[test]
fn two_at_once_on_one_output_both_succeed() -> Result<()> {
    let subject = Crate::new()?;
    for round in 0..3 {
        let (out, temporary) = subject.folders(&format!("both-{round}"))?;
        let start = || -> Result<_> { Ok(subject.command(&out)?.env("TMPDIR", &temporary).spawn()?) };
        let mut children = [start()?, start()?];
        for child in &mut children {
            let status = signal::wait(child, LIMIT)?;
            ensure!(status.success(), "{status}");
        }
        subject.check(&out)?;
        ensure!(out.join(subject.recording.library()?).exists(), "no library");
        ensure!(temporary.read_dir()?.next().is_none(), "files are left in TMPDIR");
    }
    Ok(())
}

#[test]
fn a_full_disk_is_an_error_and_leaves_no_library() -> Result<()> {
    let subject = Crate::new()?;
    for blocks in [8, 200] {
        let ended = |compiler: Compiler| -> Result<_> {
            let (out, temporary) = subject.folders(&format!("full-{blocks}-{compiler:?}"))?;
            // A limit on the size of files is a full disk that root has to respect, too.
            let inner = subject.recording.command(&compiler.path()?, &out, &["-Ccodegen-units=4"])?;
            let mut limited = Command::new("sh");
            limited.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
            limited.arg(inner.get_program()).args(inner.get_args()).env_clear();
            limited.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
            limited.current_dir(inner.get_current_dir().unwrap_or(&out)).env("TMPDIR", &temporary);
            let outcome = run(&mut limited)?;
            let library = out.join(subject.recording.library()?);
            Ok((outcome.status, library.exists(), temporary.read_dir()?.count(), outcome.said()))
        };
        let (stock, _, _, _) = ended(Compiler::Stock)?;
        let (pcg, library, temporary, said) = ended(Compiler::Pcg)?;
        ensure!(!stock.success() && pcg == stock, "stock {stock}, pcg {pcg}\n{said}");
        ensure!(!library && temporary == 0, "library {library}, temporary files {temporary}\n{said}");
    }
    Ok(())
}

#[test]
fn without_a_folder_for_temporary_files_stock_compiles() -> Result<()> {
    same_as_stock(|command, _| {
        command.env("TMPDIR", "/no/such/folder");
        Ok(())
    })
}

#[test]
fn a_folder_in_the_librarys_place_is_stocks_error() -> Result<()> {
    same_as_stock(|_, folder| {
        std::fs::create_dir_all(folder.join("out/libwords.rlib/inside"))?;
        Ok(())
    })
}

#[test]
fn an_output_folder_that_cannot_be_made_is_stocks_error() -> Result<()> {
    same_as_stock(|command, folder| {
        std::fs::write(folder.join("file"), "")?;
        command.arg("--out-dir=file/out");
        Ok(())
    })
}

/// Compiles a small library in circumstances made by `arrange`; both compilers say the same and leave the same names.
fn same_as_stock(arrange: impl Fn(&mut Command, &Path) -> Result<()>) -> Result<()> {
    let scratch = toolchain::scratch("circumstances")?;
    let work = scratch.path().join("work");
    let mut results = Vec::new();
    for compiler in [Compiler::Stock, Compiler::Pcg] {
        std::fs::create_dir_all(work.join("out"))?;
        std::fs::write(work.join("words.rs"), "pub fn twice(text: &str) -> String { text.repeat(2) }\n")?;
        let args = ["--crate-type=rlib", "-O", "-Ccodegen-units=2", "words.rs", "--emit=metadata,link"];
        let mut command = compiler.command(&work, &args)?;
        arrange(&mut command, &work)?;
        if !command.get_args().any(|arg| arg.to_string_lossy().starts_with("--out-dir")) {
            command.arg("--out-dir=out");
        }
        let outcome = run(&mut command)?;
        let mut listing = command_listing(&work)?;
        listing.sort();
        results.push((outcome, listing));
        std::fs::remove_dir_all(&work)?;
    }
    let [(stock, stock_files), (pcg, pcg_files)] = <[_; 2]>::try_from(results).expect("two compilers");
    ensure!(stock == pcg, "stock {}\n{}\npcg {}\n{}", stock.status, stock.said(), pcg.status, pcg.said());
    ensure!(stock_files == pcg_files, "stock leaves {stock_files:?}, pcg {pcg_files:?}");
    Ok(())
}

/// Every path below a folder.
fn command_listing(folder: &Path) -> Result<Vec<String>> {
    let found = run_ok(command("find").arg(".").current_dir(folder))?;
    Ok(found.stdout_text().lines().map(str::to_owned).collect())
}
