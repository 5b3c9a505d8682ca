//! Compiles the C++ shim against LLVM's headers and links the toolchain's own libLLVM.
//!
//! The headers come from an LLVM 22.1 installation (`PCG_LLVM_CONFIG`, `llvm-config-22` or `llvm-config`), the library
//! from the sysroot of the compiler that builds pcg: it is the very library that stock rustc uses.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The LLVM release whose class layouts the shim is compiled for.
const LLVM_VERSION: &str = "22.1";
/// One of its headers.
const A_HEADER: &str = "llvm/Config/llvm-config.h";
/// What to do where they are missing.
const HELP: &str = "On Debian and Ubuntu, `make install` in pcg's sources installs them and then pcg (package llvm-22-dev).\n\
     Elsewhere install LLVM 22.1 with its headers (Fedora: llvm-devel; Arch: llvm; Nix: llvmPackages_22.llvm.dev), or\n\
     set PCG_LLVM_CONFIG to its llvm-config.";
const SHIM: [&str; 8] = [
    "codegen.cpp",
    "constants.cpp",
    "cost.cpp",
    "graph.cpp",
    "identical.cpp",
    "promises.cpp",
    "reachable.cpp",
    "unit.cpp",
];

fn main() {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let sysroot = PathBuf::from(output(Command::new(&rustc).args(["--print", "sysroot"])).trim());
    let version = output(Command::new(&rustc).arg("-vV"));
    link_library(&sysroot.join("lib"));
    compile_shim();

    let driver = only_file(&sysroot.join("lib"), "librustc_driver-", ".so");
    println!("cargo::rustc-env=PCG_SYSROOT={}", sysroot.display());
    println!("cargo::rustc-env=PCG_COMMIT_HASH={}", field(&version, "commit-hash: "));
    println!("cargo::rustc-env=PCG_HOST={}", field(&version, "host: "));
    println!("cargo::rustc-env=PCG_DRIVER_LIBRARY={driver}");
    // For the build scripts of the packages that make executables.
    println!("cargo::metadata=commit_hash={}", field(&version, "commit-hash: "));
    println!("cargo::metadata=release={}", field(&version, "release: "));
    println!("cargo::metadata=sysroot_lib={}", sysroot.join("lib").display());
    println!("cargo::rerun-if-changed=shim");
    println!("cargo::rerun-if-env-changed=PCG_LLVM_CONFIG");
    println!("cargo::rerun-if-env-changed=PATH");
}

/// `libLLVM-22-rust-….so` is a linker script; the library itself has no `lib….so` name, hence `+verbatim`.
fn link_library(lib: &Path) {
    let library = only_file(lib, &format!("libLLVM.so.{LLVM_VERSION}-rust-"), "");
    println!("cargo::rustc-link-search=native={}", lib.display());
    println!("cargo::rustc-link-lib=dylib:+verbatim={library}");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", lib.display());
}

fn compile_shim() {
    let include = find_headers();
    let mut build = cc::Build::new();
    for file in SHIM {
        build.file(Path::new("shim").join(file));
    }
    build
        .cpp(true)
        .std("c++17")
        .flag("-fno-rtti")
        .flag("-fno-exceptions")
        // LLVM's headers are not ours to clean up: as system headers they do not warn.
        .flag(format!("-isystem{include}"))
        .define("_GNU_SOURCE", None)
        .define("__STDC_CONSTANT_MACROS", None)
        .define("__STDC_FORMAT_MACROS", None)
        .define("__STDC_LIMIT_MACROS", None)
        // The shim's own code is small next to the library's; debug information of LLVM's templates is not.
        .debug(false)
        .opt_level(2);
    if let Err(error) = build.try_compile("pcg_shim") {
        fail(&format!(
            "the C++ part of pcg cannot be compiled: {error}\n\
             It needs a C++ compiler. `make` in pcg's sources installs what is missing on Debian and Ubuntu (g++)."
        ));
    }
}

/// The folder of LLVM's headers, or the end of the build with what to do.
fn find_headers() -> String {
    let llvm_config = find_llvm_config();
    let include = output(Command::new(&llvm_config).arg("--includedir")).trim().to_owned();
    // Debian has llvm-config in a package of its own.
    if !Path::new(&include).join(A_HEADER).is_file() {
        fail(&format!(
            "{llvm_config} is there, but the headers of LLVM {LLVM_VERSION} are not: {include} has no {A_HEADER}.\n{HELP}"
        ));
    }
    include
}

/// The first `llvm-config` of the right version, or the end of the build.
fn find_llvm_config() -> String {
    let chosen = env::var("PCG_LLVM_CONFIG").ok();
    let candidates = match &chosen {
        Some(path) => vec![path.as_str()],
        None => vec!["llvm-config-22", "llvm-config"],
    };
    let version = |candidate: &str| {
        let output = Command::new(candidate).arg("--version").output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let found: Vec<_> = candidates.into_iter().map(|candidate| (candidate, version(candidate))).collect();
    let is_right = |version: &Option<String>| {
        version.as_ref().is_some_and(|version| version.starts_with(&format!("{LLVM_VERSION}.")))
    };
    if let Some((right, _)) = found.iter().find(|(_, version)| is_right(version)) {
        return (*right).to_owned();
    }
    let said = found.iter().map(|(candidate, version)| match version {
        Some(version) => format!("{candidate} is of LLVM {version}"),
        None => format!("{candidate} is not there"),
    });
    let said = said.collect::<Vec<_>>().join(", ");
    fail(&format!("the headers of LLVM {LLVM_VERSION} are missing: {said}.\n{HELP}"));
}

/// Ends the build: cargo shows each line as an error.
fn fail(message: &str) -> ! {
    message.lines().for_each(|line| println!("cargo::error={line}"));
    std::process::exit(1);
}

/// The name of the one file in `folder` that starts and ends like this.
fn only_file(folder: &Path, prefix: &str, suffix: &str) -> String {
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| name.starts_with(prefix) && name.ends_with(suffix))
        .unwrap_or_else(|| panic!("{} has no {prefix}*{suffix}: is this rustup's toolchain 1.95.0?", folder.display()))
}

fn field<'a>(version: &'a str, key: &str) -> &'a str {
    version.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("rustc -vV has no {key:?}"))
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap_or_else(|error| panic!("{command:?}: {error}"))
}
