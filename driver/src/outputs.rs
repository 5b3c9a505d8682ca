//! Where rustc writes during a compile, and where its files belong.
//!
//! Every output of the front end is made in the scratch folder: bitcode objects, half-linked files and rustc's own
//! temporary folders never appear in the user's, not even if pcg is killed. File names are the same in both, so a file
//! `<scratch>/out/NAME` belongs to `FOLDER/NAME`, where the folder is that of `-o`, or `--out-dir`, or none. Outputs
//! with a path of their own (`--emit dep-info=PATH`) are made in `<scratch>/explicit`.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive;
use crate::args::Arguments;
use crate::depinfo;
use crate::emit::EmitKind;
use crate::failure::Failure;
use crate::place;
use crate::plan::SplitPlan;
use crate::reason::Reason;
use crate::scratch::Scratch;

/// One output with a path of its own.
#[derive(Clone, Debug)]
struct Explicit {
    kind: EmitKind,
    made: PathBuf,
    real: PathBuf,
}

/// The two places of every output.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// `<scratch>/out`.
    made: PathBuf,
    /// The user's folder as rustc would print it; empty for the current one.
    folder: PathBuf,
    /// The file name of `-o`.
    name: Option<OsString>,
    explicit: Vec<Explicit>,
    /// Whether rustc makes the folder if it is missing: it does for `--out-dir`.
    make_folder: bool,
    input: PathBuf,
    /// What is in its place.
    placed: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Outputs {
    /// The places for `plan`, or `None` where only stock rustc can say what is wrong with them.
    pub fn new(plan: &SplitPlan, scratch: &Scratch) -> Option<Self> {
        let folder = match (&plan.output, &plan.out_dir) {
            (Some(output), _) => output.parent().unwrap_or(Path::new("")).to_owned(),
            (None, Some(folder)) => folder.clone(),
            (None, None) => PathBuf::new(),
        };
        let name = match &plan.output {
            Some(output) => Some(output.file_name()?.to_owned()),
            None => None,
        };
        let explicit = plan.emit.iter().filter_map(|(kind, path)| Some((*kind, path.clone()?)));
        let explicit = explicit.map(|(kind, real)| Explicit { kind, made: explicit_path(scratch, kind, &real), real });
        let outputs = Self {
            made: scratch.out(),
            folder,
            name,
            explicit: explicit.collect(),
            make_folder: plan.output.is_none(),
            input: plan.input.clone(),
            placed: Arc::default(),
        };
        outputs.are_possible(plan.emits(EmitKind::DepInfo)).then_some(outputs)
    }

    /// Makes the folders that rustc writes to.
    ///
    /// # Errors
    ///
    /// Fails if a folder cannot be made.
    pub fn make_folders(&self) -> io::Result<()> {
        let explicit = self.explicit.iter().filter_map(|explicit| explicit.made.parent());
        iter::once(self.made.as_path()).chain(explicit).try_for_each(fs::create_dir_all)
    }

    /// rustc makes a missing `--out-dir` itself, but only after it has tried to write dep-info into it.
    fn are_possible(&self, writes_dep_info: bool) -> bool {
        let current = Path::new(".");
        let folder = if self.folder.as_os_str().is_empty() { current } else { &self.folder };
        let special = |path: &Path| fs::metadata(path).is_ok_and(|found| !found.is_file());
        let mut given = self.explicit.iter().map(|explicit| explicit.real.clone()).chain(self.given());
        (folder.is_dir() || (self.make_folder && !writes_dep_info && !folder.exists()))
            && !given.any(|path| special(&path))
    }

    /// What the user gave with `-o`.
    fn given(&self) -> Option<PathBuf> {
        Some(self.folder.join(self.name.as_ref()?))
    }

    /// The command line with everything written into the scratch folder.
    ///
    /// # Errors
    ///
    /// Only for a command line that rustc would refuse.
    pub fn redirect(&self, arguments: &Arguments) -> Result<Arguments, Reason> {
        // Beside `-o`, rustc ignores `--out-dir` with a warning, which is to stay.
        let replaced = if self.name.is_some() { "-o" } else { "--out-dir" };
        arguments.without(|flag, _| flag.name() == replaced).with(self.arguments())
    }

    /// The options that name the scratch folder.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = match &self.name {
            Some(name) => vec![OsString::from("-o"), self.made.join(name).into()],
            None => vec![OsString::from("--out-dir"), self.made.clone().into()],
        };
        for explicit in &self.explicit {
            let mut argument = OsString::from(format!("--emit={}=", explicit.kind.name()));
            argument.push(&explicit.made);
            arguments.push(argument);
        }
        arguments
    }

    /// The same outputs, made in another folder: for stock rustc in a combined fallback.
    pub fn made_in(&self, folder: &Path) -> Self {
        let mut outputs = Self { placed: Arc::default(), ..self.clone() };
        outputs.made = folder.join("out");
        for explicit in &mut outputs.explicit {
            let name = explicit.made.file_name().unwrap_or_default().to_owned();
            explicit.made = folder.join("explicit").join(name);
        }
        outputs
    }

    /// Where the file that rustc made at `made` belongs, spelled as stock rustc would spell it.
    pub fn destination(&self, made: &Path) -> Option<PathBuf> {
        if let Some(explicit) = self.explicit.iter().find(|explicit| explicit.made == made) {
            return Some(explicit.real.clone());
        }
        Some(self.folder.join(made.strip_prefix(&self.made).ok()?))
    }

    /// Pairs of what rustc says and what stock rustc would have said, for text that mentions outputs.
    pub fn spellings(&self) -> Vec<(String, String)> {
        let prefix = |path: &Path| path.join("").display().to_string();
        let folder = if self.folder.as_os_str().is_empty() { String::new() } else { prefix(&self.folder) };
        let explicit = self.explicit.iter().map(|one| (one.made.display().to_string(), one.real.display().to_string()));
        explicit.chain([(prefix(&self.made), folder)]).collect()
    }

    /// Puts one finished file where it belongs. Dep-info gets the real paths of its targets on the way; metadata stays
    /// in the scratch folder too, as rustc reads it once more.
    ///
    /// # Errors
    ///
    /// [`Failure::File`] if the destination cannot be written, is not a regular file or is the source file.
    pub fn place(&self, made: &Path) -> Result<(), Failure> {
        let Some(real) = self.destination(made) else { return Ok(()) };
        self.move_to(made, &real).map_err(Failure::file(real))?;
        self.placed.lock().unwrap_or_else(PoisonError::into_inner).insert(made.to_owned());
        Ok(())
    }

    fn move_to(&self, made: &Path, real: &Path) -> io::Result<()> {
        if same_file(real, &self.input) {
            return Err(io::Error::other("the output would replace the source file"));
        }
        if self.make_folder && !self.folder.as_os_str().is_empty() {
            fs::create_dir_all(&self.folder)?;
        }
        match self.kind(made) {
            EmitKind::DepInfo => place::write_file(real, &depinfo::rewrite(&fs::read(made)?, &self.spellings())),
            EmitKind::Metadata => place::publish_file(made, real),
            _ => place::move_file(made, real),
        }
    }

    /// Whether the file that rustc made at `made` is in its place.
    pub fn is_placed(&self, made: &Path) -> bool {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner).contains(made)
    }

    /// The metadata file, if it is in its place already.
    pub fn placed_metadata(&self) -> Option<PathBuf> {
        let placed = self.placed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_metadata = |made: &&PathBuf| {
            made.extension().is_some_and(|extension| extension == "rmeta")
                || self.explicit.iter().any(|one| one.kind == EmitKind::Metadata && one.made == **made)
        };
        placed.iter().find(is_metadata).and_then(|made| self.destination(made))
    }

    /// Moves every file that rustc has left to where it belongs, in the order of their names.
    ///
    /// # Errors
    ///
    /// As [`Outputs::place`].
    pub fn place_rest(&self) -> Result<(), Failure> {
        self.left().map_err(Failure::file(&self.made))?.iter().try_for_each(|made| self.place(made))
    }

    /// The archives that rustc has left, by their content: `-o` may give them any name.
    ///
    /// # Errors
    ///
    /// Fails if the folder cannot be read.
    pub fn archives(&self) -> io::Result<Vec<PathBuf>> {
        Ok(self.left()?.into_iter().filter(|made| archive::is_archive(made)).collect())
    }

    /// The objects that rustc has left, which are bitcode, by their content.
    ///
    /// # Errors
    ///
    /// Fails if the folder cannot be read.
    pub fn objects(&self) -> io::Result<Vec<PathBuf>> {
        let is_bitcode =
            |made: &PathBuf| archive::start::<4>(made).is_ok_and(|start| pcg_llvm_backend::is_bitcode(&start));
        Ok(self.left()?.into_iter().filter(is_bitcode).collect())
    }

    /// The finished files that are not yet in their places, in the order of their names. rustc's temporary files
    /// are not among them.
    ///
    /// # Errors
    ///
    /// Fails if the folder cannot be read.
    pub fn left(&self) -> io::Result<Vec<PathBuf>> {
        let mut left = Vec::new();
        for entry in fs::read_dir(&self.made)? {
            let path = entry?.path();
            if path.is_file() && !is_temporary(&path) {
                left.push(path);
            }
        }
        left.extend(self.explicit.iter().map(|explicit| explicit.made.clone()).filter(|made| made.is_file()));
        left.retain(|made| !self.is_placed(made));
        left.sort();
        Ok(left)
    }

    /// What a file is: linked outputs are those that are neither dep-info nor metadata.
    pub fn kind(&self, made: &Path) -> EmitKind {
        if let Some(explicit) = self.explicit.iter().find(|explicit| explicit.made == made) {
            return explicit.kind;
        }
        match made.extension().and_then(OsStr::to_str) {
            Some("d") if depinfo::is_not_linked(made) => EmitKind::DepInfo,
            Some("rmeta") if depinfo::is_not_linked(made) => EmitKind::Metadata,
            _ => EmitKind::Link,
        }
    }
}

/// The extension is kept: rustc derives names from it in places, and the linker's behaviour may depend on it.
fn explicit_path(scratch: &Scratch, kind: EmitKind, real: &Path) -> PathBuf {
    let mut name = OsString::from(kind.name());
    name.push("-");
    name.push(real.file_name().unwrap_or_default());
    scratch.explicit().join(name)
}

/// rustc's objects of one codegen unit, which stay behind if it fails.
fn is_temporary(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".rcgu.o")
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Outputs that are made in `made` and belong to the folder `user`.
#[cfg(test)]
pub(crate) fn for_tests(user: &Path, made: &Path) -> Outputs {
    Outputs {
        made: made.to_owned(),
        folder: user.to_owned(),
        name: None,
        explicit: Vec::new(),
        make_folder: false,
        input: PathBuf::from("input.rs"),
        placed: Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(folder: &str, name: Option<&str>, made: &Path) -> Outputs {
        Outputs {
            made: made.to_owned(),
            folder: folder.into(),
            name: name.map(OsString::from),
            explicit: vec![Explicit {
                kind: EmitKind::Metadata,
                made: "/s/explicit/metadata-m".into(),
                real: "m".into(),
            }],
            make_folder: name.is_none(),
            input: "input.rs".into(),
            placed: Arc::default(),
        }
    }

    #[test]
    fn files_belong_to_the_folder_as_the_user_spelled_it() {
        let made = Path::new("/s/out");
        let destination = |folder| outputs(folder, None, made).destination(Path::new("/s/out/libx.rlib")).unwrap();
        assert_eq!(destination(""), Path::new("libx.rlib"));
        assert_eq!(destination("./o").as_os_str(), "./o/libx.rlib");
        assert_eq!(destination("o/").as_os_str(), "o/libx.rlib");
        let explicit = outputs("o", None, made).destination(Path::new("/s/explicit/metadata-m"));
        assert_eq!(explicit.unwrap(), Path::new("m"));
        assert_eq!(outputs("o", None, made).destination(Path::new("/elsewhere")), None);
    }

    #[test]
    fn arguments_name_the_scratch_folder() {
        let with_name = outputs("o", Some("x.rlib"), Path::new("/s/out")).arguments();
        assert_eq!(with_name, ["-o", "/s/out/x.rlib", "--emit=metadata=/s/explicit/metadata-m"]);
        let without = outputs("o", None, Path::new("/s/out")).arguments();
        assert_eq!(without[..2], ["--out-dir", "/s/out"]);
    }

    #[test]
    fn a_missing_folder_is_stock_rustcs_to_report_unless_it_makes_it() {
        let made = Path::new("/s/out");
        assert!(!outputs("no/such", Some("x"), made).are_possible(false));
        assert!(outputs("no/such", None, made).are_possible(false));
        assert!(!outputs("no/such", None, made).are_possible(true));
        assert!(!outputs("/dev", Some("null"), made).are_possible(false));
        assert!(outputs("", Some("x"), made).are_possible(true));
    }

    #[test]
    fn the_rest_is_placed_without_temporary_files() {
        let scratch = Scratch::new().unwrap();
        let user = tempfile::tempdir().unwrap();
        for name in ["a.rlib", "a.b-cgu.0.rcgu.o"] {
            fs::write(scratch.out().join(name), name).unwrap();
        }
        outputs(user.path().to_str().unwrap(), None, &scratch.out()).place_rest().unwrap();
        assert!(user.path().join("a.rlib").exists());
        assert!(!user.path().join("a.b-cgu.0.rcgu.o").exists());
        assert!(!scratch.out().join("a.rlib").exists());
    }

    #[test]
    fn the_source_file_is_never_replaced() {
        let scratch = Scratch::new().unwrap();
        let user = tempfile::tempdir().unwrap();
        let input = user.path().join("hello");
        fs::write(&input, "fn main() {}").unwrap();
        fs::write(scratch.out().join("hello"), "code").unwrap();
        let mut outputs = outputs(user.path().to_str().unwrap(), None, &scratch.out());
        outputs.input = input.clone();
        assert!(outputs.place_rest().is_err());
        assert_eq!(fs::read(&input).unwrap(), b"fn main() {}");
    }
}
