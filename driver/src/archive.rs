//! rlibs and staticlibs: the crate's bitcode members become machine code.
//!
//! Archives are written by the crate that rustc itself writes them with, in GNU format, without times and owners, with
//! the same members in the same order. An rlib holds this crate's objects and `lib.rmeta`; a staticlib holds this
//! crate's objects first and then those of all other crates, which stay as they are. The members of one crate share
//! the part of their names in front of the module's: `STEM.MODULE.rcgu.o`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use ar_archive_writer::{ArchiveKind, DEFAULT_OBJECT_READER, NewArchiveMember, write_archive_to_stream};
use object::read::archive::ArchiveFile;

/// What rustc calls the metadata member of an rlib.
pub const METADATA: &str = "lib.rmeta";

/// What rustc's objects end with.
pub const OBJECT_SUFFIX: &str = ".rcgu.o";

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its content.
    pub data: Vec<u8>,
}

/// Reads every member, in order, without the archive's own index.
///
/// # Errors
///
/// Fails if the file cannot be read or is no archive.
pub fn read(path: &Path) -> io::Result<Vec<Member>> {
    let content = fs::read(path)?;
    let archive = ArchiveFile::parse(&*content).map_err(io::Error::other)?;
    let mut members = Vec::new();
    for member in archive.members() {
        let member = member.map_err(io::Error::other)?;
        let data = member.data(&*content).map_err(io::Error::other)?.to_vec();
        members.push(Member { name: String::from_utf8_lossy(member.name()).into_owned(), data });
    }
    Ok(members)
}

/// Writes an archive in place of the one at `path`, which is in the scratch folder, in one step.
///
/// # Errors
///
/// Fails if the file cannot be written; the old one is still there then.
pub fn write(path: &Path, members: &[Member]) -> io::Result<()> {
    let mut new_members = Vec::with_capacity(members.len());
    for Member { name, data } in members {
        new_members.push(NewArchiveMember::new(data.as_slice(), &DEFAULT_OBJECT_READER, name.clone()));
    }
    let written = path.with_added_extension("new");
    let mut file = BufWriter::new(File::create(&written)?);
    write_archive_to_stream(&mut file, &new_members, ArchiveKind::Gnu, false, None)?;
    file.flush()?;
    fs::rename(written, path)
}

/// Whether a file is an archive.
pub fn is_archive(path: &Path) -> bool {
    start(path).is_ok_and(|start| &start == b"!<arch>\n")
}

/// The first bytes of a file, by which its format is known.
///
/// # Errors
///
/// Fails if the file cannot be read or has fewer.
pub fn start<const N: usize>(path: &Path) -> io::Result<[u8; N]> {
    let mut start = [0; N];
    File::open(path)?.read_exact(&mut start)?;
    Ok(start)
}

/// The positions of this crate's objects: those with the stem of the first one.
pub fn own_objects(members: &[Member]) -> Vec<usize> {
    let stem_of = |member: &Member| stem(&member.name).map(str::to_owned);
    let Some(own) = members.iter().find_map(stem_of) else { return Vec::new() };
    (0..members.len()).filter(|&index| stem(&members[index].name) == Some(&own)).collect()
}

/// The symbols in an archive's index. rustc lists those of bitcode members too.
///
/// # Errors
///
/// Fails if the file cannot be read or is no archive.
pub fn symbols(path: &Path) -> io::Result<BTreeSet<Vec<u8>>> {
    let content = fs::read(path)?;
    let archive = ArchiveFile::parse(&*content).map_err(io::Error::other)?;
    let mut names = BTreeSet::new();
    for symbol in archive.symbols().map_err(io::Error::other)?.into_iter().flatten() {
        names.insert(symbol.map_err(io::Error::other)?.name().to_vec());
    }
    Ok(names)
}

/// The name of a module's object without `.rcgu.o`: how the module is called in messages.
pub fn module_name(object: &str) -> &str {
    object.strip_suffix(OBJECT_SUFFIX).unwrap_or(object)
}

/// Whether a module is the shim between the crate and its allocator, which stock does not optimise: its name has no
/// unit in it.
pub fn is_allocator_shim(module: &str) -> bool {
    !module.contains("-cgu.")
}

/// What rustc puts in front of the module's name: the output's file stem. Modules are named `crate.hash-cgu.0`, the
/// allocator shim has a hash alone.
fn stem(object: &str) -> Option<&str> {
    let name = object.strip_suffix(OBJECT_SUFFIX)?;
    let (rest, last) = name.rsplit_once('.')?;
    match rest.strip_suffix("-cgu") {
        Some(module) if last.bytes().all(|byte| byte.is_ascii_digit()) => {
            let (rest, _hash) = module.rsplit_once('.')?;
            Some(rest.rsplit_once('.')?.0)
        }
        _ => Some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, data: &[u8]) -> Member {
        Member { name: name.to_owned(), data: data.to_vec() }
    }

    #[test]
    fn members_come_back_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.rlib");
        let long = "libmylib-0123456789abcdef.mylib.571bdf2ef5df32fd-cgu.0.rcgu.o";
        let members = [member("lib.rmeta", b"odd"), member(long, b"BC\xC0\xDE"), member("n", b"")];
        write(&path, &members).unwrap();
        assert_eq!(read(&path).unwrap(), members);
        let again = folder.path().join("again.rlib");
        write(&again, &read(&path).unwrap()).unwrap();
        assert_eq!(fs::read(path).unwrap(), fs::read(again).unwrap());
    }

    #[test]
    fn only_this_crates_objects_are_ours() {
        let names = [
            "x.y-1.lib.c6f551dc431569fb-cgu.0.rcgu.o",
            "x.y-1.9oietlv3sexi3rtw546t4wvtf.rcgu.o",
            "lib.rmeta",
            "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o",
            "native.o",
        ];
        let members: Vec<_> = names.iter().map(|name| member(name, b"")).collect();
        assert_eq!(own_objects(&members), [0, 1]);
        assert_eq!(own_objects(&members[2..3]), [0usize; 0]);
    }

    #[test]
    fn what_is_no_archive_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "garbage").unwrap();
        assert!(read(&path).is_err());
        assert!(read(&folder.path().join("none")).is_err());
    }
}
