//! The members of rlibs and static libraries.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use object::read::archive::ArchiveFile;

/// One member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive.
    pub name: String,
    /// Its content.
    pub data: Vec<u8>,
}

impl Member {
    /// Whether this member holds machine code, as opposed to metadata.
    pub fn is_object(&self) -> bool {
        self.name.ends_with(".o")
    }
}

/// All members, in the archive's order.
pub fn members(path: &Path) -> Result<Vec<Member>> {
    let data = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let archive = ArchiveFile::parse(&*data).with_context(|| format!("{} is not an archive", path.display()))?;
    archive
        .members()
        .map(|member| {
            let member = member?;
            let name = String::from_utf8_lossy(member.name()).into_owned();
            Ok(Member { name, data: member.data(&*data)?.to_vec() })
        })
        .collect()
}

/// The objects of an archive.
pub fn objects(path: &Path) -> Result<Vec<Member>> {
    let mut members = members(path)?;
    members.retain(Member::is_object);
    Ok(members)
}

/// The one object that a rlib compiled as one unit, or joined by pcg, has.
pub fn crate_object(path: &Path) -> Result<Vec<u8>> {
    let mut objects = objects(path)?;
    ensure!(objects.len() == 1, "{} has {} objects instead of one", path.display(), objects.len());
    Ok(objects.remove(0).data)
}
