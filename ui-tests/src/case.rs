//! One test file from its directives to its checks.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pcg_tests::command::{Outcome, run, run_ok};
use pcg_tests::rustc::Compiler;
use pcg_tests::toolchain;

use crate::checks;
use crate::directives::{Action, Directives};
use crate::views::Made;

/// Runs a test file.
pub fn run_file(source: &Path) -> Result<()> {
    let text = std::fs::read_to_string(source)?;
    let directives = Directives::parse(&text)?;
    let scratch = toolchain::scratch("ui")?;
    Case { directives: &directives, source, folder: scratch.path() }.run()
}

/// Which compile it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// By stock rustc, as the file says.
    Stock,
    /// By pcg.
    Pcg,
    /// By stock rustc with one codegen unit, to which a split crate is compared.
    Single,
    /// The same before LLVM optimises it.
    Unoptimised,
}

impl Kind {
    fn compiler(self) -> Compiler {
        if self == Self::Pcg { Compiler::Pcg } else { Compiler::Stock }
    }

    fn name(self) -> String {
        format!("{self:?}")
    }
}

struct Case<'a> {
    directives: &'a Directives,
    source: &'a Path,
    folder: &'a Path,
}

impl Case<'_> {
    fn run(&self) -> Result<()> {
        let directives = self.directives;
        let stock = self.compile(Kind::Stock)?;
        let pcg = self.compile(Kind::Pcg)?;
        ensure!(stock.status.success() != directives.fails, "stock ended with {}\n{}", stock.status, stock.said());
        let made = self.made();
        checks::same_outcome(&stock, &pcg, directives.normalise_stderr)?;
        checks::report(directives, &made.report)?;
        if !directives.random_names {
            checks::same_names(&self.results(Kind::Stock), &self.results(Kind::Pcg))?;
        }
        if directives.equal_files {
            checks::same_files(&self.results(Kind::Stock), &self.results(Kind::Pcg))?;
        }
        if directives.equal_symbols {
            self.compile(Kind::Single)?;
            self.compile(Kind::Unoptimised)?;
            let [single, unoptimised] = [Kind::Single, Kind::Unoptimised].map(|kind| self.results(kind));
            let name = self.output_name();
            checks::same_symbols(&single.join(&name), &unoptimised.join(&name), &made.output)?;
        }
        if directives.equal_code {
            checks::same_code(&self.results(Kind::Stock).join(self.output_name()), &made.output)?;
        }
        if directives.run {
            let stock = self.results(Kind::Stock).join(self.output_name());
            checks::same_run(&stock, &made.output, &directives.env)?;
        }
        for view in &directives.filecheck {
            checks::filecheck(*view, self.source, &made, &directives.gdb)?;
        }
        Ok(())
    }

    /// Compiles the file in a folder that is fresh and has the same path each time, and moves that folder aside.
    fn compile(&self, kind: Kind) -> Result<Outcome> {
        let work = self.folder.join("work");
        std::fs::create_dir_all(work.join("out"))?;
        for aux in &self.directives.aux {
            self.compile_aux(kind.compiler(), aux)?;
        }
        let mut command = kind.compiler().command(&work, &self.arguments()?)?;
        match kind {
            Kind::Stock => {}
            Kind::Pcg => _ = command.args(self.pcg_arguments()),
            Kind::Single => _ = command.arg("-Ccodegen-units=1"),
            Kind::Unoptimised => _ = command.args(["-Ccodegen-units=1", "-Cno-prepopulate-passes"]),
        }
        for (name, value) in &self.directives.env {
            command.env(name, value);
        }
        let outcome = run(&mut command)?;
        std::fs::rename(&work, self.folder.join(kind.name()))?;
        Ok(outcome)
    }

    fn compile_aux(&self, compiler: Compiler, aux: &str) -> Result<()> {
        let source = self.cases().join("aux").join(aux);
        let name = Path::new(aux).file_stem().context("an auxiliary file has a name")?.to_owned();
        let mut arguments: Vec<OsString> = vec!["--edition=2024".into(), "-O".into(), "--out-dir=out".into()];
        arguments.extend(["--crate-type=rlib".into(), "-Ccodegen-units=2".into(), "--crate-name".into(), name]);
        arguments.push(source.into());
        run_ok(&mut compiler.command(&self.folder.join("work"), &arguments)?)?;
        Ok(())
    }

    fn arguments(&self) -> Result<Vec<OsString>> {
        let mut arguments: Vec<OsString> = vec!["--edition=2024".into(), "--out-dir=out".into(), "-Lout".into()];
        if self.crate_type() != "none" {
            arguments.push(format!("--crate-type={}", self.crate_type()).into());
        }
        arguments.push(self.source.into());
        for aux in &self.directives.aux {
            let name = aux.trim_end_matches(".rs");
            arguments.push(format!("--extern={name}=out/lib{name}.rlib").into());
        }
        arguments.extend(self.directives.units.map(|units| format!("-Ccodegen-units={units}").into()));
        let here = self.source.parent().context("a test file has a folder")?.to_str().context("not UTF-8")?;
        let flags = self.directives.compile_flags.iter();
        arguments.extend(flags.map(|flag| flag.replace("{here}", here).into()));
        Ok(arguments)
    }

    fn pcg_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["--pcg-report=report.json".into(), "--pcg-keep=keep".into()];
        if self.directives.action == Action::Split {
            arguments.push("--pcg-strict".into());
        }
        arguments.extend(self.directives.pcg_flags.iter().map(Into::into));
        arguments
    }

    fn crate_type(&self) -> &str {
        self.directives.crate_type.as_deref().unwrap_or("rlib")
    }

    fn cases(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
    }

    /// What a compile wrote to its output folder.
    fn results(&self, kind: Kind) -> PathBuf {
        self.folder.join(kind.name()).join("out")
    }

    fn made(&self) -> Made {
        Made {
            output: self.results(Kind::Pcg).join(self.output_name()),
            keep: self.folder.join("Pcg/keep"),
            report: self.folder.join("Pcg/report.json"),
        }
    }

    fn output_name(&self) -> String {
        if let Some(output) = &self.directives.output {
            return output.clone();
        }
        let stem = self.source.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
        let name = stem.replace('-', "_");
        match self.crate_type() {
            "bin" => stem.to_owned(),
            "cdylib" | "dylib" | "proc-macro" => format!("lib{name}.so"),
            "staticlib" => format!("lib{name}.a"),
            _ => format!("lib{name}.rlib"),
        }
    }
}
