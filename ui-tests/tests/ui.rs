//! A test for each file in `cases/`, and one that no reason for a pass-through is without a file.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files = Vec::new();
    collect(&cases, &mut files);
    files.sort();
    let mut trials: Vec<_> = files.into_iter().map(|file| trial(&cases, file)).collect();
    trials.push(Trial::test("every_reason_has_a_case", move || reasons::each_has_a_case(&cases).map_err(failed)));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(cases: &Path, file: PathBuf) -> Trial {
    let name = file.strip_prefix(cases).unwrap_or(&file).with_extension("").display().to_string();
    Trial::test(name, move || pcg_ui_tests::case::run_file(&file).map_err(failed))
}

fn failed(error: anyhow::Error) -> Failed {
    Failed::from(format!("{error:#}"))
}

/// All `.rs` files but the auxiliary ones.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("the cases can be read") {
        let path = entry.expect("the cases can be read").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "aux") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

mod reasons {
    use std::collections::BTreeSet;
    use std::path::Path;

    use anyhow::{Context, Result, ensure};
    use pcg_ui_tests::directives::Directives;

    /// Reasons that no source file can bring about; each line gives the reason and where it is tested instead.
    const ELSEWHERE: &str = include_str!("../reasons-tested-elsewhere.txt");

    pub(super) fn each_has_a_case(cases: &Path) -> Result<()> {
        let table = cases.join("../../driver/src/reason.rs");
        let table = std::fs::read_to_string(&table).with_context(|| table.display().to_string())?;
        let ids: BTreeSet<_> = table.lines().filter_map(id).collect();
        ensure!(ids.len() > 20, "the table of reasons looks different now: {ids:?}");
        let mut files = Vec::new();
        super::collect(cases, &mut files);
        let mut covered: BTreeSet<String> = BTreeSet::new();
        for file in files {
            covered.extend(Directives::parse(&std::fs::read_to_string(file)?)?.reason);
        }
        covered.extend(ELSEWHERE.lines().filter_map(|line| Some(line.split_once(": ")?.0.to_owned())));
        let missing: Vec<_> = ids.iter().filter(|id| !covered.contains(**id)).collect();
        ensure!(missing.is_empty(), "no case for {missing:?}");
        Ok(())
    }

    /// The id in a line `Lto, "lto", Code, "…";` of the driver's table.
    fn id(line: &str) -> Option<&str> {
        let mut fields = line.trim().splitn(4, ", ");
        let (_, id, work) = (fields.next()?, fields.next()?, fields.next()?);
        id.strip_prefix('"')?.strip_suffix('"').filter(|_| matches!(work, "Code" | "NoCode"))
    }
}
