//! Hashes pcg's own sources for the version line, and lets executables find the toolchain's libLLVM.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What pcg's output depends on, relative to the workspace: sources, manifests and the versions of dependencies.
const SOURCES: [&str; 13] = [
    "Cargo.lock",
    "Cargo.toml",
    "driver/Cargo.toml",
    "driver/build.rs",
    "driver/src",
    "interface/Cargo.toml",
    "interface/src",
    "llvm-backend/Cargo.toml",
    "llvm-backend/build.rs",
    "llvm-backend/shim",
    "llvm-backend/src",
    "partition/Cargo.toml",
    "partition/src",
];

/// How many digits of the hash are kept.
const HASH_DIGITS: usize = 16;

fn main() {
    let workspace = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("..");
    let mut hasher = blake3::Hasher::new();
    for source in SOURCES {
        let path = workspace.join(source);
        // A path that is not there would make cargo run this script every time.
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
            hash(&mut hasher, source, &path);
        }
    }
    println!("cargo::rustc-env=PCG_BUILD_HASH={}", &hasher.finalize().to_hex()[..HASH_DIGITS]);
    // For `cargo-pcg`, which does not use the back end.
    for key in ["COMMIT_HASH", "RELEASE"] {
        let value = env::var(format!("DEP_PCG_LLVM_{key}")).expect("the back end's build script says it");
        println!("cargo::rustc-env=PCG_RUSTC_{key}={value}");
    }
    // What libLLVM has, too, is kept and exported in case that it calls it, and then needs libLLVM in turn.
    println!("cargo::rustc-link-arg-bin=pcg-rustc=-Wl,--exclude-libs,ALL");
    if let Some(lib) = env::var_os("DEP_PCG_LLVM_SYSROOT_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", Path::new(&lib).display());
    }
}

/// Names and contents, in the order of the names: the same on every machine.
fn hash(hasher: &mut blake3::Hasher, name: &str, path: &Path) {
    if path.is_dir() {
        let mut entries = list(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        entries.sort();
        for entry in entries {
            let file = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            hash(hasher, &format!("{name}/{file}"), &entry);
        }
    } else {
        let content = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        hasher.update(name.as_bytes()).update(&[0]).update(&content.len().to_le_bytes()).update(&content);
    }
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    folder.read_dir()?.map(|entry| Ok(entry?.path())).collect()
}
