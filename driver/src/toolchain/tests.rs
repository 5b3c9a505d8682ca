use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

const LIBRARY: &str = "librustc_driver-0123.so";
const HOST: &str = "x86_64-unknown-linux-gnu";

/// A home with `.rustup/toolchains` and `.cargo/bin`, made of empty files.
struct Home {
    folder: TempDir,
    root: PathBuf,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        Self { folder, root }
    }

    fn file(&self, path: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a path in a folder")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("an executable");
        path
    }

    /// A toolchain with that library.
    fn toolchain(&self, name: &str, library: &str) -> Compiler {
        let folder = format!(".rustup/toolchains/{name}");
        self.file(&format!("{folder}/bin/rustc"), name);
        self.file(&format!("{folder}/lib/{library}"), "");
        let sysroot = self.root.join(folder);
        Compiler::Ours(Toolchain { rustc: sysroot.join("bin/rustc"), sysroot })
    }

    /// rustup with a proxy beside it, which answers `--print sysroot` with that folder.
    fn proxy(&self, sysroot: &str) -> PathBuf {
        let sysroot = self.root.join(".rustup/toolchains").join(sysroot);
        self.file(".cargo/bin/rustup", &format!("#!/bin/sh\necho '{}'\n", sysroot.display()));
        let proxy = self.folder.path().join(".cargo/bin/rustc");
        symlink("rustup", &proxy).expect("a link");
        proxy
    }

    fn find(&self, shape: &Shape, variables: &[(&str, &str)], built_at: &str) -> Compiler {
        let home = self.folder.path().to_str().expect("a path in UTF-8");
        let path = format!("{home}/.cargo/bin");
        let all = [("HOME", home), ("PATH", path.as_str())].into_iter().chain(variables.iter().copied());
        let identity = Identity {
            sysroot: self.root.join(".rustup/toolchains").join(built_at),
            driver_library: LIBRARY.to_owned(),
            host: HOST.to_owned(),
        };
        Compiler::find(shape, &Environment::from_iter(all), &identity)
    }
}

fn wrapper(program: impl Into<OsString>) -> Shape {
    Shape::Wrapper(program.into())
}

#[test]
fn a_rustc_is_ours_if_its_toolchain_has_the_library() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0", LIBRARY);
    assert_eq!(home.find(&wrapper(ours.program()), &[], "gone"), ours);
}

#[test]
fn a_link_to_our_rustc_is_followed() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0", LIBRARY);
    let link = home.folder.path().join("rustc");
    symlink(ours.program(), &link).expect("a link");
    assert_eq!(home.find(&wrapper(link), &[], "gone"), ours);
}

#[test]
fn another_rustc_is_run_as_it_was_given() {
    let home = Home::new();
    let other = home.toolchain("nightly", "librustc_driver-4567.so");
    let found = home.find(&wrapper(other.program()), &[], "gone");
    assert_eq!(found, Compiler::Other(other.program().to_owned()));
}

#[test]
fn rustups_proxy_is_resolved_by_its_variable() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0-x86_64-unknown-linux-gnu", LIBRARY);
    home.toolchain("nightly", "librustc_driver-4567.so");
    let proxy = home.proxy("none");
    let folder = home.root.join(".rustup/toolchains/1.95.0-x86_64-unknown-linux-gnu");
    let names = ["1.95.0", "1.95.0-x86_64-unknown-linux-gnu", folder.to_str().expect("a path in UTF-8")];
    for name in names {
        for program in [proxy.as_os_str(), OsStr::new("rustc")] {
            assert_eq!(home.find(&wrapper(program), &[("RUSTUP_TOOLCHAIN", name)], "gone"), ours, "{name}");
        }
    }
    let found = home.find(&wrapper("rustc"), &[("RUSTUP_TOOLCHAIN", "nightly")], "gone");
    assert_eq!(found, Compiler::Other("rustc".into()));
}

#[test]
fn rustups_home_may_be_elsewhere() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0", LIBRARY);
    home.proxy("none");
    let rustup_home = home.root.join(".rustup");
    let variables = [
        ("HOME", "/nonexistent"),
        ("RUSTUP_HOME", rustup_home.to_str().expect("a path in UTF-8")),
        ("RUSTUP_TOOLCHAIN", "1.95.0"),
    ];
    assert_eq!(home.find(&wrapper("rustc"), &variables, "gone"), ours);
}

#[test]
fn rustups_proxy_is_asked_where_nothing_is_chosen() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0", LIBRARY);
    let proxy = home.proxy("1.95.0");
    for variables in [&[][..], &[("RUSTUP_TOOLCHAIN", "not-installed")]] {
        assert_eq!(home.find(&wrapper(&proxy), variables, "gone"), ours);
    }
}

#[test]
fn a_hard_link_to_rustup_is_a_proxy() {
    let home = Home::new();
    let rustup = home.file("bin/rustup", "rustup");
    let proxy = home.folder.path().join("bin/rustc");
    std::fs::hard_link(rustup, &proxy).expect("a link");
    assert!(is_rustup_proxy(&proxy));
    assert!(!is_rustup_proxy(Path::new("/bin/sh")));
}

#[test]
fn a_drop_in_runs_the_rustc_that_it_was_built_for() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0", LIBRARY);
    home.proxy("none");
    assert_eq!(home.find(&Shape::DropIn, &[("RUSTUP_TOOLCHAIN", "nightly")], "1.95.0"), ours);
}

#[test]
fn a_drop_in_whose_toolchain_is_gone_looks_in_path() {
    let home = Home::new();
    let ours = home.toolchain("1.95.0", LIBRARY);
    home.proxy("1.95.0");
    assert_eq!(home.find(&Shape::DropIn, &[], "gone"), ours);
    let empty = Home::new();
    assert_eq!(empty.find(&Shape::DropIn, &[], "gone"), Compiler::Other("rustc".into()));
}

#[test]
fn the_variable_names_the_rustc_of_a_drop_in() {
    let home = Home::new();
    home.toolchain("1.95.0", LIBRARY);
    let other = home.toolchain("nightly", "librustc_driver-4567.so").program().to_owned();
    let variables = [(RUSTC_VARIABLE, other.to_str().expect("a path in UTF-8"))];
    assert_eq!(home.find(&Shape::DropIn, &variables, "1.95.0"), Compiler::Other(other));
}

#[test]
fn the_first_argument_may_be_a_program() {
    let home = Home::new();
    let program = home.file("bin/clippy-driver", "");
    let environment = Environment::from_iter([("PATH", home.folder.path().join("bin"))]);
    for (first, is_program) in [
        (program.as_os_str(), true),
        (OsStr::new("clippy-driver"), true),
        (OsStr::new("/nonexistent/bin/rustc"), true),
        (OsStr::new("main.rs"), false),
        (OsStr::new("src/main"), false),
        (OsStr::new("rustc"), false),
        (OsStr::new("-vV"), false),
        (OsStr::new("@args"), false),
        (OsStr::new("-"), false),
        (OsStr::new("+nightly"), false),
        (OsStr::new(""), false),
    ] {
        let words = [first.to_owned(), OsString::from("-O")];
        let (shape, rest) = Shape::detect(&words, &environment);
        let expected = if is_program { wrapper(first) } else { Shape::DropIn };
        assert_eq!((shape, rest.len()), (expected, if is_program { 1 } else { 2 }), "{first:?}");
    }
}

#[test]
fn only_rustc_is_rustc() {
    for (program, expected) in [("rustc", true), ("/a/rustc", true), ("clippy-driver", false), ("pcg-rustc", false)] {
        assert_eq!(is_rustc(Path::new(program)), expected, "{program}");
    }
}
