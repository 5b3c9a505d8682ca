//! The same input and the same number of units give the same bytes, whatever the number of threads.

use std::ffi::OsString;

use anyhow::{Result, ensure};
use pcg_tests::command::run_ok;
use pcg_tests::recording::Recording;
use pcg_tests::rustc::Compiler;
use pcg_tests::{sources, toolchain};

#[test]
fn the_rlib_has_the_same_bytes_for_1_2_and_8_threads_and_in_two_runs() -> Result<()> {
    let scratch = toolchain::scratch("determinism")?;
    let recording = Recording::of_library(&sources::project(), "regex-syntax", &scratch.path().join("target"))?;
    let compile = |number: usize, threads: usize, units: Option<usize>| -> Result<Vec<u8>> {
        // The output folder's name must not matter either.
        let out = scratch.path().join(format!("out-{}-{number}", "x".repeat(number)));
        std::fs::create_dir_all(&out)?;
        let mut more: Vec<OsString> = vec!["--pcg-strict".into(), format!("--pcg-threads={threads}").into()];
        more.extend(units.map(|units| format!("-Ccodegen-units={units}").into()));
        run_ok(&mut recording.command(&Compiler::Pcg.path()?, &out, &more)?)?;
        Ok(std::fs::read(out.join(recording.library()?))?)
    };
    for units in [Some(4), None] {
        let first = compile(0, 1, units)?;
        for (number, threads) in [(1, 1), (2, 2), (3, 8)] {
            ensure!(compile(number, threads, units)? == first, "{units:?} units: {threads} threads differ from one");
        }
    }
    ensure!(compile(0, 2, Some(4))? != compile(0, 2, Some(2))?, "the number of units does not matter");
    Ok(())
}
