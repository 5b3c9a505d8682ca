//! The way of one compile.
//!
//! [`split`] is the whole way of a crate; [`crate_object`] is the part of it from bitcode to one object, which
//! [`pcg-codegen`](crate::codegen) goes. It starts as soon as rustc has written the bitcode. rlibs, staticlibs and
//! `--emit=obj` need the object when rustc has ended, linked crate types while rustc waits for its linker.

use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::archive::{self, Member, module_name};
use crate::back_end::BackEnd;
use crate::emit::EmitKind;
use crate::exit::Exit;
use crate::failure::{Failure, panic_message};
use crate::fallback;
use crate::frontend;
use crate::keeper::Keeper;
use crate::messages::{Order, hash_of};
use crate::outputs::Outputs;
use crate::plan::SplitPlan;
use crate::recorder::Recorder;
use crate::scratch::Scratch;
use crate::signals::Watch;
use crate::stderr::Transcript;

/// What bitcode that is handed to the back end ends with.
pub const BITCODE_SUFFIX: &str = ".bc";

/// One compile and everything that its phases share.
pub struct Compile<'a> {
    /// What is to be done.
    pub plan: &'a SplitPlan,
    /// Who makes objects of modules.
    pub back_end: BackEnd,
    /// Where everything is made.
    pub scratch: Scratch,
    /// Where everything belongs.
    pub outputs: Outputs,
    /// What has been measured.
    pub report: Recorder,
    /// Who cleans up after a signal.
    pub watch: Watch,
    /// Crate objects by the hash of their bitcode: rustc links the same module for each crate type.
    made: Mutex<Vec<(String, PathBuf)>>,
}

impl<'a> Compile<'a> {
    /// Prepares a compile and starts its back end. `Ok(None)` if only stock rustc can say what is wrong with the outputs.
    ///
    /// # Errors
    ///
    /// [`Failure::SetUp`].
    pub fn new(
        plan: &'a SplitPlan,
        report: Recorder,
        watch: Watch,
        back_end: impl FnOnce(Keeper) -> io::Result<BackEnd>,
    ) -> Result<Option<Self>, Failure> {
        let scratch = Scratch::new().map_err(Failure::SetUp)?;
        let keeper = watch.folders(scratch.folders());
        let Some(outputs) = Outputs::new(plan, &scratch) else { return Ok(None) };
        outputs.make_folders().map_err(Failure::SetUp)?;
        let back_end = back_end(keeper).map_err(Failure::SetUp)?;
        Ok(Some(Self { plan, back_end, scratch, outputs, report, watch, made: Mutex::default() }))
    }

    /// Compiles: by [`split`], or by stock rustc if that fails.
    pub fn run(&self) -> Exit {
        let mut transcript = Transcript::default();
        let result = panic::catch_unwind(AssertUnwindSafe(|| split(self, &mut transcript)));
        let failure = match result {
            Ok(Ok(exit)) => return exit,
            Ok(Err(failure)) => failure,
            Err(panic) => Failure::Panic(panic_message(&*panic)),
        };
        fallback::run(self, &failure, &mut transcript)
    }
}

/// From the source to the finished outputs.
fn split(compile: &Compile, transcript: &mut Transcript) -> Result<Exit, Failure> {
    let object_of = |name: &str, bitcode| crate_object(compile, name, bitcode);
    let mut front_end = frontend::run(compile, &object_of, transcript)?;
    let (mut archives, mut object) = (Vec::new(), None);
    if front_end.status.success() {
        for archive in compile.outputs.archives().map_err(Failure::file(compile.scratch.out()))? {
            archives.push((machine_code_members(compile, &archive)?, archive));
        }
        if compile.plan.emits(EmitKind::Obj) {
            object = Some(machine_code_object(compile)?);
        }
    }
    compile.back_end.release();
    for (members, archive) in archives {
        let written = compile.report.phase("archive", || archive::write(&archive, &members));
        written.map_err(Failure::archive(&archive))?;
    }
    if let Some((object, bitcode)) = object {
        // Archives have been written and files have been linked: nobody else needs it.
        fs::rename(object, &bitcode).map_err(Failure::file(&bitcode))?;
    }
    compile.report.phase("finish", || compile.outputs.place_rest())?;
    front_end.last_lines.release();
    Ok(Exit::from(front_end.status))
}

/// An archive's members with machine code for bitcode.
fn machine_code_members(compile: &Compile, archive: &Path) -> Result<Vec<Member>, Failure> {
    let mut members = compile.report.phase("read", || archive::read(archive)).map_err(Failure::archive(archive))?;
    for index in archive::own_objects(&members) {
        let member = &mut members[index];
        let bitcode = Bitcode::Content(std::mem::take(&mut member.data));
        let object = crate_object(compile, module_name(&member.name), bitcode)?;
        member.data = compile.report.phase("archive", || fs::read(&object)).map_err(Failure::file(&object))?;
    }
    Ok(members)
}

/// The machine code of the object that was asked for, and where rustc has written its bitcode.
fn machine_code_object(compile: &Compile) -> Result<(PathBuf, PathBuf), Failure> {
    let objects = compile.outputs.objects().map_err(Failure::file(compile.scratch.out()))?;
    let Some(made) = objects.into_iter().next() else {
        return Err(Failure::MachineCode { object: "the object".to_owned() });
    };
    let bitcode = Bitcode::Content(fs::read(&made).map_err(Failure::file(&made))?);
    // Its name does not say which module it is: rustc writes no others than the crate's own.
    let name = format!("{}-cgu.0", made.file_stem().unwrap_or_default().display());
    Ok((crate_object(compile, &name, bitcode)?, made))
}

/// Where a module's bitcode is.
pub enum Bitcode {
    /// In a file that rustc has just written, linked under a name that nobody else knows.
    File(PathBuf),
    /// In an archive, or in an object that rustc gave its linker.
    Content(Vec<u8>),
}

/// From the bitcode of one module to its object, in the scratch folder.
fn crate_object(compile: &Compile, name: &str, bitcode: Bitcode) -> Result<PathBuf, Failure> {
    // Held to the end: nobody else could do anything else with the cores.
    let mut made = compile.made.lock().unwrap_or_else(PoisonError::into_inner);
    let path = |suffix: &str| compile.scratch.path().join(format!("{}.{name}{suffix}", made.len()));
    let of = |content: &[u8]| {
        let hash = hash_of(content);
        made.iter().find(|(other, _)| *other == hash).map(|(_, object)| object.clone())
    };
    let bitcode = match bitcode {
        // The crate's own module is the first, and large. What comes later may have come from the linker meanwhile.
        Bitcode::File(file) if made.is_empty() => file,
        Bitcode::File(file) => match of(&fs::read(&file).map_err(Failure::file(&file))?) {
            Some(object) => return Ok(object),
            None => file,
        },
        Bitcode::Content(content) => {
            if let Some(object) = of(&content) {
                return Ok(object);
            }
            let file = path(BITCODE_SUFFIX);
            fs::write(&file, content).map_err(Failure::file(&file))?;
            file
        }
    };
    let object = path(archive::OBJECT_SUFFIX);
    let done = compile.back_end.compile(Order { name: name.to_owned(), bitcode, object: object.clone() })?;
    compile.report.add_all(done.measured);
    made.push((done.bitcode.map_err(Failure::Told)?, object.clone()));
    Ok(object)
}

#[cfg(test)]
mod tests;
