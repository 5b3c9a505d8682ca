//! Unwind tables (`.eh_frame`) without the entries of functions that are left out.
//!
//! The table is a row of records, each with its length in front. A *common information entry* (CIE) describes what
//! several *frame description entries* (FDE) have in common. An FDE begins with the distance back to its CIE, then comes
//! a relocation against the function. See the [LSB], section 10.6.1.
//!
//! [LSB]: https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/ehframechpt.html

use std::borrow::Cow;

use crate::input::{LE, Rela, Section};
use crate::strings::PieceMap;

/// The size of a record's length, and of what says whether it is a CIE.
const WORD: usize = 4;
/// A length that says that the real one follows in eight bytes.
const EXTENDED: u32 = u32::MAX;

/// A table and where its records have been.
#[derive(Debug)]
pub(crate) struct UnwindTable<'a> {
    pub(crate) data: Cow<'a, [u8]>,
    /// `None` if all are where they were.
    pub(crate) pieces: Option<PieceMap>,
}

/// The table without the entries of functions for which `is_left_out` says so, given the relocation against them.
///
/// # Errors
/// What is wrong with the table.
pub(crate) fn without<'a>(
    section: &Section<'a>,
    mut is_left_out: impl FnMut(&Rela) -> bool,
) -> Result<UnwindTable<'a>, &'static str> {
    let records = records(section.data)?;
    let mut relocations = section.relocations;
    let mut starts = Vec::with_capacity(records.len());
    let mut size = 0;
    for record in &records {
        let skipped = relocations.partition_point(|relocation| relocation.r_offset.get(LE) < record.function());
        relocations = &relocations[skipped..];
        let function = relocations.first().filter(|relocation| relocation.r_offset.get(LE) == record.function());
        let is_gone = record.cie.is_some() && function.is_some_and(&mut is_left_out);
        starts.push((record.start as u64, (!is_gone).then_some(size)));
        size += if is_gone { 0 } else { record.length as u64 };
    }
    if size == section.data.len() as u64 {
        return Ok(UnwindTable { data: Cow::Borrowed(section.data), pieces: None });
    }
    let pieces = PieceMap::new(starts, section.data.len() as u64);
    let mut data = Vec::with_capacity(size as usize);
    for record in &records {
        let Some(start) = pieces.map(record.start as u64) else { continue };
        data.extend_from_slice(&section.data[record.start..record.start + record.length]);
        if let Some(cie) = record.cie {
            let cie = pieces.map(cie as u64).ok_or("an entry has no common part")?;
            let field = start as usize + WORD;
            let distance = (field as u64 - cie) as u32;
            data[field..field + WORD].copy_from_slice(&distance.to_le_bytes());
        }
    }
    Ok(UnwindTable { data: Cow::Owned(data), pieces: Some(pieces) })
}

/// A record of the table.
struct Record {
    start: usize,
    /// With its length field.
    length: usize,
    /// Where the CIE of an FDE is.
    cie: Option<usize>,
}

impl Record {
    /// Where the function of an FDE is named.
    fn function(&self) -> u64 {
        (self.start + 2 * WORD) as u64
    }
}

fn records(data: &[u8]) -> Result<Vec<Record>, &'static str> {
    const CUT_OFF: &str = "the unwind table is cut off";
    let word = |at: usize| {
        let (word, _) = data.get(at..).and_then(|rest| rest.split_first_chunk::<WORD>()).ok_or(CUT_OFF)?;
        Ok::<u32, &'static str>(u32::from_le_bytes(*word))
    };
    let mut records = Vec::new();
    let mut start = 0;
    while start < data.len() {
        let length = match word(start)? {
            // Readers stop there, but other tables follow.
            0 => return Err("the unwind table ends before its section"),
            EXTENDED => return Err("an unwind entry is too large"),
            length => length as usize + WORD,
        };
        let field = start + WORD;
        let cie = match word(field)? {
            0 => None,
            distance => Some(field.checked_sub(distance as usize).ok_or("an unwind entry has no common part")?),
        };
        if length < 2 * WORD || length > data.len() - start {
            return Err(CUT_OFF);
        }
        records.push(Record { start, length, cie });
        start += length;
    }
    Ok(records)
}
