//! The crate object is what the toolchain's linker makes of the units' objects, but for promoted symbols.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use object::elf;
use pcg_tests::command::{command, run_ok};
use pcg_tests::recording::Recording;
use pcg_tests::relocatable::{Contents, Symbol, Target, unwind_entries};
use pcg_tests::rustc::Compiler;
use pcg_tests::{sources, toolchain};

#[test]
fn toml_edit_is_joined_as_by_the_toolchains_linker() -> Result<()> {
    same_as_the_linkers("toml_edit", 4, 0)
}

#[test]
fn regex_syntax_is_joined_as_by_the_toolchains_linker() -> Result<()> {
    same_as_the_linkers("regex-syntax", 7, 0)
}

#[test]
fn regex_syntax_with_debug_info_is_joined_as_by_the_toolchains_linker() -> Result<()> {
    same_as_the_linkers("regex-syntax", 3, 2)
}

/// Objects of one crate.
struct Objects {
    units: Vec<PathBuf>,
    ours: PathBuf,
    linkers: PathBuf,
}

impl Objects {
    fn compile(scratch: &Path, package: &str, units: usize, debug_info: u32) -> Result<Self> {
        let recording = Recording::of_library(&sources::project(), package, &scratch.join("target"))?;
        let [kept, out] = ["kept", "out"].map(|name| scratch.join(name));
        std::fs::create_dir_all(&out)?;
        let mut more: Vec<OsString> = vec!["--pcg-strict".into(), format!("--pcg-keep={}", kept.display()).into()];
        more.push(format!("-Ccodegen-units={units}").into());
        more.push(format!("-Cdebuginfo={debug_info}").into());
        run_ok(&mut recording.command(&Compiler::Pcg.path()?, &out, &more)?)?;
        let mut objects = Self { units: Vec::new(), ours: PathBuf::new(), linkers: scratch.join("linkers.o") };
        // The crate has a folder of its own there.
        let folder = kept.read_dir()?.next().context("nothing is kept")??.path();
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).context("a name")?;
            match name.strip_suffix(".o").and_then(|name| name.rsplit_once("-cgu.0")) {
                Some((_, "")) => objects.ours = path,
                Some(_) => objects.units.push(path),
                None => {}
            }
        }
        // None of the crates has ten of them.
        objects.units.sort();
        ensure!(objects.units.len() == units, "{:?}", objects.units);
        let lld = toolchain::sysroot()?.join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
        let mut lld = command(lld);
        lld.args(["-flavor", "gnu", "-r", "-o"]).arg(&objects.linkers).args(&objects.units);
        run_ok(&mut lld)?;
        Ok(objects)
    }
}

fn same_as_the_linkers(package: &str, units: usize, debug_info: u32) -> Result<()> {
    let scratch = toolchain::scratch("join")?;
    let objects = Objects::compile(scratch.path(), package, units, debug_info)?;
    let [ours, linkers] = [std::fs::read(&objects.ours)?, std::fs::read(&objects.linkers)?];
    let globals = |object: &[u8]| Ok::<_, anyhow::Error>(Contents::read(object, &BTreeSet::new())?.defined_globals());
    let promoted: BTreeSet<String> = globals(&linkers)?.difference(&globals(&ours)?).cloned().collect();
    ensure!(promoted.len() > 3, "the test shows nothing of promoted symbols: {promoted:?}");
    let [ours, linkers] = [Contents::read(&ours, &promoted)?, Contents::read(&linkers, &promoted)?];

    let unreachable = same_sections(&ours, &linkers)?;
    ensure!(debug_info > 0 || !unreachable.is_empty(), "the test shows nothing of unreachable functions");
    same_symbols(&ours, &linkers, &promoted, &unreachable)?;
    same_unwind_tables(&ours, &linkers, &unreachable)?;
    ensure!(ours.groups == linkers.groups && !ours.groups.is_empty(), "{:?} {:?}", ours.groups, linkers.groups);
    for (name, pieces) in &linkers.merged {
        // The linker names itself in the comment.
        let is_its_own = |piece: &&Vec<u8>| piece.starts_with(b"Linker: ");
        let missing = pieces.iter().filter(|piece| !is_its_own(piece) && !ours.merged[name].contains(*piece)).count();
        ensure!(missing == 0, "{missing} pieces of {name} are missing");
    }
    readers_are_content(&objects.ours)
}

/// Everything but the unwind table is the same. Returns sections that only the linker's object has: they have nothing
/// but promoted functions.
fn same_sections(ours: &Contents, linkers: &Contents) -> Result<BTreeSet<String>> {
    ensure!(ours.sections.len() > 50, "only {} sections: the comparison is void", ours.sections.len());
    let mut unreachable = BTreeSet::new();
    for (name, linkers) in linkers.sections.iter().filter(|(name, _)| *name != ".eh_frame") {
        let Some(ours) = ours.sections.get(name) else {
            unreachable.insert(name.clone());
            continue;
        };
        ensure!(ours.header == linkers.header, "{name}: {:?} {:?}", ours.header, linkers.header);
        ensure!(ours.data == linkers.data, "{name} has other bytes");
        for (ours, linkers) in ours.relocations.iter().zip(&linkers.relocations) {
            ensure!(ours == linkers, "{name}: {ours:?}, the linker's {linkers:?}");
        }
        ensure!(ours.relocations.len() == linkers.relocations.len(), "{name} has more or fewer relocations");
    }
    let more = ours.sections.keys().find(|name| !linkers.sections.contains_key(*name));
    ensure!(more.is_none(), "{more:?} is not in the linker's object");
    Ok(unreachable)
}

fn same_symbols(
    ours: &Contents,
    linkers: &Contents,
    promoted: &BTreeSet<String>,
    unreachable: &BTreeSet<String>,
) -> Result<()> {
    let mut expected: Vec<Symbol> = Vec::new();
    for symbol in &linkers.symbols {
        let is_promoted = symbol.binding != elf::STB_LOCAL.0 && promoted.contains(&symbol.name);
        if matches!(&symbol.target, Target::Place(section, _) if unreachable.contains(section)) {
            let is_function = symbol.kind == elf::STT_FUNC.0;
            ensure!(is_promoted && is_function, "{symbol:?} is missing");
            continue;
        }
        expected.push(match is_promoted {
            true => Symbol { binding: elf::STB_LOCAL.0, visibility: elf::STV_DEFAULT.0, ..symbol.clone() },
            false => symbol.clone(),
        });
    }
    expected.sort();
    for (ours, expected) in ours.symbols.iter().zip(&expected) {
        ensure!(ours == expected, "{ours:?}, the linker's {expected:?}");
    }
    ensure!(ours.symbols.len() == expected.len(), "{} symbols, the linker's {}", ours.symbols.len(), expected.len());
    Ok(())
}

fn same_unwind_tables(ours: &Contents, linkers: &Contents, unreachable: &BTreeSet<String>) -> Result<()> {
    let ours = unwind_entries(&ours.sections[".eh_frame"])?;
    let mut expected = unwind_entries(&linkers.sections[".eh_frame"])?;
    expected.retain(|entry| entry.function().is_some_and(|function| !unreachable.contains(function)));
    for (ours, expected) in ours.iter().zip(&expected) {
        ensure!(ours == expected, "{ours:?}, the linker's {expected:?}");
    }
    ensure!(ours.len() == expected.len() && ours.len() > 20, "{} entries for {}", ours.len(), expected.len());
    Ok(())
}

/// Programs that read objects find nothing wrong.
fn readers_are_content(object: &Path) -> Result<()> {
    let dwarfdump = toolchain::llvm_tool("llvm-dwarfdump")?;
    let verified = run_ok(command(&dwarfdump).arg("--verify").arg(object))?;
    ensure!(verified.stdout_text().ends_with("No errors.\n"), "{}", verified.said());
    for (reader, args) in [
        (PathBuf::from("readelf"), &["-aW"][..]),
        ("readelf".into(), &["--debug-dump=frames,info,line,Ranges,str,abbrev"]),
        (toolchain::llvm_tool("llvm-readelf")?, &["-a"]),
        (dwarfdump, &["--all"]),
    ] {
        let read = run_ok(command(&reader).args(args).arg(object))?;
        ensure!(
            read.stderr.is_empty() && !read.stdout.is_empty(),
            "{args:?}: {}",
            String::from_utf8_lossy(&read.stderr)
        );
    }
    Ok(())
}

/// Calls that are inlined into other units, a panic that unwinds through all units, and a destructor on the way.
const PROGRAM: &str = r#"
use std::hint::black_box;
struct Guard(&'static str);
impl Drop for Guard { fn drop(&mut self) { println!("dropped {}", self.0); } }
macro_rules! chain { ($($name:ident $next:path;)*) => { $(
    #[inline(never)] fn $name(depth: u32) -> u32 { let _guard = Guard(stringify!($name)); $next(black_box(depth)) + tiny(depth) }
)* } }
fn tiny(x: u32) -> u32 { x.rotate_left(3) ^ 5 }
fn end(depth: u32) -> u32 { if depth > 3 { panic!("too deep") } else { depth } }
chain! { a b; b c; c d; d e; e f; f end; }
fn main() {
    println!("{}", a(black_box(2)));
    println!("{:?}", std::panic::catch_unwind(|| a(black_box(7))).is_err());
}
"#;

#[test]
fn the_final_link_works_with_lld_and_with_gnu_ld() -> Result<()> {
    let scratch = toolchain::scratch("join")?;
    std::fs::write(scratch.path().join("program.rs"), PROGRAM)?;
    let said = |name: &str, compiler: Compiler, more: &[&str]| -> Result<String> {
        let mut args = vec!["--edition=2024", "-O", "program.rs", "-Ccodegen-units=4", "-o", name];
        args.extend(more);
        run_ok(&mut compiler.command(scratch.path(), &args)?)?;
        Ok(run_ok(&mut command(scratch.path().join(name)))?.stdout_text())
    };
    let stock = said("stock", Compiler::Stock, &[])?;
    ensure!(stock.lines().count() == 6 + 1 + 6 + 1 && stock.ends_with("true\n"), "{stock}");
    let linkers = [
        ("default", &[][..]),
        ("gnu", &["-Clink-arg=-fuse-ld=bfd"]),
        ("smaller", &["-Clink-arg=-Wl,--gc-sections,--icf=all"]),
    ];
    for (name, more) in linkers {
        let ours = said(name, Compiler::Pcg, &[more, &["--pcg-strict"]].concat())?;
        ensure!(ours == stock, "{name}\n{ours}");
    }
    Ok(())
}
