//! What FileCheck gets to read: a compile's result in the words of LLVM's tools.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use pcg_tests::command::{command, run_ok};
use pcg_tests::toolchain::llvm_tool;

/// One way to look at what pcg made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The IR of every unit before it is optimised, unit by unit, each after a line `; UNIT`.
    Units,
    /// `llvm-nm` of every unit's object, each after a line `; UNIT`.
    UnitSymbols,
    /// `llvm-nm` of the output.
    Nm,
    /// `llvm-readelf` of the output: sections and symbols.
    Readelf,
    /// `llvm-readelf --string-dump=.comment` of the output.
    Comment,
    /// `llvm-objdump --disassemble --reloc` of the output.
    Asm,
    /// `llvm-dwarfdump` of the output, after `llvm-dwarfdump --verify` found nothing wrong.
    Dwarf,
    /// What gdb says to the file's commands, the program being the output.
    Gdb,
    /// The report, as JSON.
    Report,
}

impl FromStr for View {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        Ok(match name {
            "units" => Self::Units,
            "unit-symbols" => Self::UnitSymbols,
            "nm" => Self::Nm,
            "readelf" => Self::Readelf,
            "comment" => Self::Comment,
            "asm" => Self::Asm,
            "dwarf" => Self::Dwarf,
            "gdb" => Self::Gdb,
            "report" => Self::Report,
            _ => bail!("unknown view `{name}`"),
        })
    }
}

impl View {
    /// The prefix of FileCheck's lines.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Units => "UNITS",
            Self::UnitSymbols => "UNIT-SYMBOLS",
            Self::Nm => "NM",
            Self::Readelf => "READELF",
            Self::Comment => "COMMENT",
            Self::Asm => "ASM",
            Self::Dwarf => "DWARF",
            Self::Gdb => "GDB",
            Self::Report => "REPORT",
        }
    }

    /// The view's text, of what lies in a compile's folder.
    pub fn text(self, made: &Made, gdb: &[String]) -> Result<String> {
        match self {
            Self::Units => each_unit(&made.keep, "bc", "llvm-dis", &["-o", "-"]),
            Self::UnitSymbols => each_unit(&made.keep, "o", "llvm-nm", &[]),
            Self::Nm => tool("llvm-nm", &["--no-sort"], &made.output),
            Self::Readelf => tool("llvm-readelf", &["--sections", "--symbols", "--wide"], &made.output),
            Self::Comment => tool("llvm-readelf", &["--string-dump=.comment"], &made.output),
            Self::Asm => tool("llvm-objdump", &["--disassemble", "--reloc", "--no-show-raw-insn"], &made.output),
            Self::Dwarf => {
                let verified = tool("llvm-dwarfdump", &["--verify"], &made.output)?;
                Ok(verified + &tool("llvm-dwarfdump", &["--debug-info"], &made.output)?)
            }
            Self::Gdb => debugger(&made.output, gdb),
            Self::Report => Ok(std::fs::read_to_string(&made.report)?),
        }
    }
}

/// Where a compile by pcg left its files.
#[derive(Debug)]
pub struct Made {
    /// The library or executable.
    pub output: PathBuf,
    /// The folder of `--pcg-keep`.
    pub keep: PathBuf,
    /// The report.
    pub report: PathBuf,
}

fn tool(name: &str, args: &[&str], file: &Path) -> Result<String> {
    Ok(run_ok(command(llvm_tool(name)?).args(args).arg(file))?.stdout_text())
}

/// Runs a tool on each kept file of the crate's units. The crate's module has `-cgu.` in its name, the allocator shim
/// has not.
fn each_unit(keep: &Path, extension: &str, name: &str, args: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    find(keep, extension, &mut files).with_context(|| format!("no files in {}", keep.display()))?;
    files.sort();
    ensure!(!files.is_empty(), "pcg kept no .{extension} files in {}", keep.display());
    let texts: Result<Vec<_>> = files.iter().map(|file| Ok(format!("; UNIT\n{}", tool(name, args, file)?))).collect();
    Ok(texts?.concat())
}

/// Files `MODULE.N.EXTENSION`, in all folders below.
fn find(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
            let number = stem.rsplit('.').next().unwrap_or("");
            if stem.contains("-cgu.0.") && number.parse::<usize>().is_ok() {
                files.push(path);
            }
        }
    }
    Ok(())
}

fn debugger(program: &Path, commands: &[String]) -> Result<String> {
    let mut gdb = command("gdb");
    gdb.args(["--batch", "--nx", "-iex", "set debuginfod enabled off"]);
    for command in commands {
        gdb.args(["-ex", command]);
    }
    Ok(run_ok(gdb.arg(program))?.stdout_text())
}
