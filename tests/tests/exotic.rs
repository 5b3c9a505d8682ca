//! What splitting could break, in a small project of our own: the same output for each number of units.

use anyhow::{Result, ensure};
use pcg_tests::cargo::Build;
use pcg_tests::command::{command, run_ok};
use pcg_tests::rustc::Compiler;
use pcg_tests::{sources, toolchain};

#[test]
fn threads_panics_assembly_sections_and_proc_macros_work_in_2_4_16_and_default_units() -> Result<()> {
    let folder = sources::fixture("exotic");
    let scratch = toolchain::scratch("exotic")?;
    let output = |compiler, units: Option<usize>| -> Result<String> {
        let name = format!("{compiler:?}-{}", units.unwrap_or(0));
        let build = Build::new(compiler, units, &scratch.path().join(name));
        run_ok(&mut build.cargo(&folder, &["build", "--release", "--locked"])?)?;
        if compiler == Compiler::Pcg {
            build.check_reports(3)?;
        }
        Ok(run_ok(&mut command(build.artifact("exotic")))?.stdout_text())
    };
    let stock = output(Compiler::Stock, None)?;
    ensure!(stock.lines().count() == 12, "{stock}");
    for units in [Some(2), Some(4), Some(16), None] {
        let pcg = output(Compiler::Pcg, units)?;
        ensure!(pcg == stock, "{units:?} units\n--- stock\n{stock}\n--- pcg\n{pcg}");
    }
    Ok(())
}
