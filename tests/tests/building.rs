//! Building pcg itself where something is missing that cargo cannot get: what the user is told.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use pcg_tests::command::{command, run, run_ok};
use pcg_tests::toolchain;

/// A folder without headers beside an `llvm-config` of that version.
fn llvm_config(folder: &Path, version: &str) -> Result<()> {
    let script = format!("#!/bin/sh\n[ \"$1\" = --version ] && echo {version} || echo '{}'\n", folder.display());
    fs::write(folder.join("llvm-config"), script)?;
    run_ok(command("chmod").arg("+x").arg(folder.join("llvm-config")))?;
    Ok(())
}

#[test]
fn missing_headers_of_llvm_are_named_with_how_to_get_them() -> Result<()> {
    let folder = toolchain::scratch("building")?;
    let path = folder.path();
    let root = toolchain::workspace();
    let said = || -> Result<String> {
        let mut cargo = command(toolchain::cargo()?);
        cargo
            .args(["check", "--locked", "--offline", "-p", "pcg-llvm-backend", "--target-dir"])
            .arg(path.join("target"));
        cargo.current_dir(root).env("RUSTC", toolchain::rustc()?).env("CARGO_TERM_COLOR", "never");
        let outcome = run(cargo.env("PCG_LLVM_CONFIG", path.join("llvm-config")))?;
        ensure!(!outcome.status.success(), "it is built");
        Ok(outcome.stderr_text())
    };
    let expect = |problem: &str| -> Result<()> {
        let said = said()?;
        for line in [problem, "`make install`", "llvm-22-dev", "PCG_LLVM_CONFIG"] {
            let is_error = |said: &str| said.starts_with("error: pcg-llvm-backend@") && said.contains(line);
            ensure!(said.lines().any(is_error), "{line}: {said}");
        }
        ensure!(!said.contains("panicked"), "{said}");
        Ok(())
    };
    expect("llvm-config is not there.")?;
    llvm_config(path, "21.1.8")?;
    expect("llvm-config is of LLVM 21.1.8.")?;
    llvm_config(path, "22.1.0")?;
    expect("has no llvm/Config/llvm-config.h.")
}
