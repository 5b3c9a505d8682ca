//! The linker that joins units' objects (`-r`): the toolchain's rust-lld, or GNU ld where it is missing. It is tried on
//! two small objects.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::{Object as _, ObjectSymbol as _};
use object::write::{Object, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope};
use pcg_interface::environment::Environment;

use super::toolchain::Toolchain;
use super::{Check, last_words};

const NAME: &str = "linker";

/// The symbols of the objects, one each.
const SYMBOLS: [&str; 2] = ["one", "two"];

/// A linker, and the options that make it GNU's.
struct Linker {
    path: PathBuf,
    flavor: &'static [&'static str],
}

pub(super) fn check(toolchain: Option<&Toolchain>, environment: &Environment) -> Check {
    let Some(linker) = find(toolchain, environment) else {
        let help = "install the toolchain again, or GNU binutils";
        return Check::failed(NAME, "there is neither the toolchain's rust-lld nor `ld` in PATH", help);
    };
    let shown = linker.path.display();
    let scratch = match tempfile::tempdir() {
        Ok(scratch) => scratch,
        Err(_) => return Check::warning(NAME, format!("{shown} is not tried"), "mend the folder for temporary files"),
    };
    match try_out(&linker, scratch.path()) {
        Ok(()) => Check::ok(NAME, format!("{shown} joins objects")),
        Err(why) => {
            let help = "install the toolchain again; if it has no rust-lld, GNU binutils";
            Check::failed(NAME, format!("{shown} does not join objects: {why}"), help)
        }
    }
}

/// Looks where pcg-rustc does.
fn find(toolchain: Option<&Toolchain>, environment: &Environment) -> Option<Linker> {
    let lld = toolchain.map(|found| found.sysroot.join("lib/rustlib").join(&found.host).join("bin/rust-lld"));
    match lld.filter(|lld| lld.is_file()) {
        Some(path) => Some(Linker { path, flavor: &["-flavor", "gnu"] }),
        None => environment.find_program(OsStr::new("ld")).map(|path| Linker { path, flavor: &[] }),
    }
}

fn try_out(linker: &Linker, scratch: &Path) -> Result<(), String> {
    let mut command = Command::new(&linker.path);
    let joined = scratch.join("joined.o");
    command.args(linker.flavor).arg("-r").arg("-o").arg(&joined);
    for symbol in SYMBOLS {
        let path = scratch.join(format!("{symbol}.o"));
        fs::write(&path, object_with(symbol)?).map_err(|error| error.to_string())?;
        command.arg(path);
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(last_words(&output));
    }
    has_all_symbols(&joined)
}

/// An object with a function.
fn object_with(symbol: &str) -> Result<Vec<u8>, String> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let text = object.add_section(Vec::new(), b".text".to_vec(), SectionKind::Text);
    // `ret`.
    object.append_section_data(text, &[0xc3], 1);
    object.add_symbol(Symbol {
        name: symbol.into(),
        value: 0,
        size: 1,
        kind: SymbolKind::Text,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Section(text),
        flags: SymbolFlags::None,
    });
    object.write().map_err(|error| error.to_string())
}

fn has_all_symbols(path: &Path) -> Result<(), String> {
    let data = fs::read(path).map_err(|error| error.to_string())?;
    let object = object::File::parse(data.as_slice()).map_err(|error| error.to_string())?;
    let is_defined = |name: &str| object.symbols().any(|symbol| symbol.is_definition() && symbol.name() == Ok(name));
    match SYMBOLS.into_iter().find(|name| !is_defined(name)) {
        Some(missing) => Err(format!("its output lacks the function `{missing}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_without_a_function_is_no_result() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.o");
        fs::write(&path, object_with("one").unwrap()).unwrap();
        assert_eq!(has_all_symbols(&path), Err("its output lacks the function `two`".to_owned()));
    }
}
