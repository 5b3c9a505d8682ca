//! C programs call a cdylib, a staticlib and an object.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use pcg_tests::cargo::Build;
use pcg_tests::command::{command, run_ok};
use pcg_tests::report::Report;
use pcg_tests::rustc::Compiler;
use pcg_tests::symbols::Symbol;
use pcg_tests::{sources, symbols, toolchain};

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

/// A library that needs nothing else, not even `core`.
const ALONE: &str = r#"
#![no_std]

static PRIMES: [u32; 6] = [2, 3, 5, 7, 11, 13];

#[inline(never)]
fn common(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[unsafe(no_mangle)]
pub extern "C" fn coprime(number: u32) -> u32 {
    (1..number).filter(|other| common(*other, number) == 1).count() as u32
}

#[unsafe(no_mangle)]
pub extern "C" fn small_primes(number: u32) -> u32 {
    PRIMES.iter().filter(|prime| common(**prime, number) != 1).sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn steps(mut number: u32) -> u32 {
    let mut steps = 0;
    while number > 1 {
        number = if number % 2 == 0 { number / 2 } else { 3 * number + 1 };
        steps += 1;
    }
    steps
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
"#;

const CALLS: &str = r#"
#include <stdio.h>
unsigned coprime(unsigned), small_primes(unsigned), steps(unsigned);
int main(void) {
    for (unsigned number = 2; number < 100; number += 7)
        printf("%u %u %u\n", coprime(number), small_primes(number), steps(number));
    return 0;
}
"#;

#[test]
fn an_object_is_linked_by_cc() -> Result<()> {
    let scratch = toolchain::scratch("c-callers-object")?;
    let folder = scratch.path();
    std::fs::write(folder.join("alone.rs"), ALONE)?;
    std::fs::write(folder.join("calls.c"), CALLS)?;
    // Stock would write several objects for `-Ccodegen-units=3`.
    std::fs::write(folder.join("plan.json"), r#"{"schema_version": 1, "packages": {"alone@1.0.0": 3}}"#)?;
    let output = |compiler: Compiler, more: &[&str], object: &str| -> Result<(String, BTreeSet<Symbol>)> {
        let args = ["--edition=2024", "--crate-type=lib", "-O", "-Cpanic=abort", "alone.rs"];
        let mut rustc = compiler.command(folder, &[&args, more].concat())?;
        if compiler == Compiler::Pcg {
            rustc.args(["--pcg-plan=plan.json", "--pcg-report=report.json"]);
            rustc.env("CARGO_PKG_NAME", "alone").env("CARGO_PKG_VERSION", "1.0.0");
        }
        run_ok(&mut rustc)?;
        run_ok(command("cc").current_dir(folder).args(["-o", "program", "calls.c", object]))?;
        let globals = symbols::globals(&std::fs::read(folder.join(object))?)?;
        std::fs::remove_file(folder.join(object))?;
        Ok((run_ok(&mut command(folder.join("program")))?.stdout_text(), globals))
    };
    let stock = output(Compiler::Stock, &["--emit=obj"], "alone.o")?;
    ensure!(stock.0.lines().count() == 14 && stock.1.len() > 2, "{stock:?}");
    for (more, object) in [
        (&["--emit=obj"][..], "alone.o"),
        (&["--emit=obj,metadata,link"], "alone.o"),
        (&["--emit=obj", "-o", "named"], "named"),
        (&["--emit=obj=there.o,dep-info"], "there.o"),
    ] {
        ensure!(output(Compiler::Pcg, more, object)? == stock, "{more:?}");
        let units = Report::read(&folder.join("report.json"))?.codegen_units();
        ensure!(units == 3, "{more:?}: {units} units");
    }
    Ok(())
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
