//! Where the programs are that the tests run: stock rustc and cargo, pcg's executables, LLVM's tools.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The sysroot of the toolchain that `rust-toolchain.toml` names.
pub fn sysroot() -> Result<&'static Path> {
    static SYSROOT: OnceLock<PathBuf> = OnceLock::new();
    if let Some(sysroot) = SYSROOT.get() {
        return Ok(sysroot);
    }
    let output = Command::new("rustc").args(["--print", "sysroot"]).current_dir(workspace()).output()?;
    ensure!(output.status.success(), "`rustc --print sysroot` failed");
    let sysroot = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    Ok(SYSROOT.get_or_init(|| sysroot))
}

/// Stock rustc: the executable itself, never rustup's shim.
pub fn rustc() -> Result<PathBuf> {
    Ok(sysroot()?.join("bin/rustc"))
}

/// The toolchain's cargo.
pub fn cargo() -> Result<PathBuf> {
    Ok(sysroot()?.join("bin/cargo"))
}

/// `pcg-rustc` as users get it, or another program in its place where `PCG_RUSTC` names one.
pub fn pcg_rustc() -> Result<PathBuf> {
    executable("PCG_RUSTC", "pcg-rustc")
}

/// `pcg-codegen`, which `pcg-rustc` starts to compile a crate.
pub fn pcg_codegen() -> Result<PathBuf> {
    Ok(pcg_rustc()?.with_file_name("pcg-codegen"))
}

/// `cargo-pcg`, which runs cargo with the `pcg-rustc` beside it.
pub fn cargo_pcg() -> Result<PathBuf> {
    executable("CARGO_PCG", "cargo-pcg")
}

/// `pcg-lab`, which looks at saved graphs.
pub fn pcg_lab() -> Result<PathBuf> {
    executable("PCG_LAB", "pcg-lab")
}

/// One of the workspace's executables, which stand beside the running test or in the folder above it.
fn executable(variable: &str, name: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(PathBuf::from(path));
    }
    let this = std::env::current_exe()?;
    let candidates = this.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    candidates.into_iter().find(|path| path.is_file()).with_context(|| {
        format!("no {name} beside {}: run `cargo build --release --workspace --bins` first", this.display())
    })
}

/// One of LLVM 22.1's tools, such as `FileCheck`.
pub fn llvm_tool(name: &str) -> Result<PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let folder = FOLDER.get_or_init(llvm_tools_folder).as_ref().context("no LLVM 22.1: run scripts/setup test")?;
    let tool = folder.join(name);
    ensure!(tool.is_file(), "{} is missing: run scripts/setup test", tool.display());
    Ok(tool)
}

/// Asks the same programs in the same order as the build script and `scripts/setup`.
fn llvm_tools_folder() -> Option<PathBuf> {
    let chosen = std::env::var("PCG_LLVM_CONFIG").ok();
    chosen.as_deref().into_iter().chain(["llvm-config-22", "llvm-config"]).find_map(|config| {
        let ask = |what: &str| {
            let output = Command::new(config).arg(what).output().ok().filter(|output| output.status.success())?;
            String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
        };
        ask("--version")?.starts_with("22.1.").then(|| ask("--bindir").map(PathBuf::from))?
    })
}

/// A folder for the files of one test, removed when the test ends. It lies beside the executables, because some tests
/// write more than a temporary file system holds.
pub fn scratch(name: &str) -> Result<tempfile::TempDir> {
    let executable = std::env::current_exe()?;
    let folder = executable.parent().context("an executable has a folder")?.join("../pcg-tests");
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    Ok(tempfile::Builder::new().prefix(&format!("{name}-")).tempdir_in(folder)?)
}
