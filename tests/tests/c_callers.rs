//! A C program calls a cdylib and a staticlib.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use pcg_tests::cargo::Build;
use pcg_tests::command::{command, run_ok};
use pcg_tests::rustc::Compiler;
use pcg_tests::{sources, toolchain};

/// What `cc` needs to link a static library of Rust's, as `rustc --print=native-static-libs` says.
const NATIVE_LIBRARIES: &[&str] = &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

#[test]
fn a_cdylib_is_called_from_c() -> Result<()> {
    same_output(|folder, cc| {
        let mut path = std::ffi::OsString::from("-Wl,-rpath,");
        path.push(folder);
        cc.arg("-L").arg(folder).arg("-lcalled").arg(path);
    })
}

#[test]
fn a_staticlib_is_linked_by_cc() -> Result<()> {
    same_output(|folder, cc| {
        cc.arg(folder.join("libcalled.a")).args(NATIVE_LIBRARIES);
    })
}

/// Compiles and runs the C program with the libraries of stock rustc and of pcg in several numbers of units.
fn same_output(link: impl Fn(&Path, &mut Command)) -> Result<()> {
    let scratch = toolchain::scratch("c-callers")?;
    let folder = sources::fixture("c-callers");
    let output = |compiler, units: Option<usize>| -> Result<String> {
        let target = scratch.path().join(format!("{compiler:?}-{}", units.unwrap_or(0)));
        let build = Build::new(compiler, units, &target);
        run_ok(&mut build.cargo(&folder, &["build", "--release", "--locked"])?)?;
        if compiler == Compiler::Pcg {
            build.check_no_fallback(1)?;
            // Its eleven groups of functions do not fill sixteen units.
            units.map_or(Ok(()), |_| build.check_split("called"))?;
        }
        let program = target.join("program");
        let mut cc = command("cc");
        cc.arg("-o").arg(&program).arg(folder.join("main.c"));
        link(&target.join("release"), &mut cc);
        run_ok(&mut cc)?;
        Ok(run_ok(&mut command(&program))?.stdout_text())
    };
    let stock = output(Compiler::Stock, None)?;
    ensure!(stock.lines().count() == 13, "{stock}");
    for units in [Some(2), Some(4), Some(16), None] {
        ensure!(output(Compiler::Pcg, units)? == stock, "{units:?} units");
    }
    Ok(())
}
