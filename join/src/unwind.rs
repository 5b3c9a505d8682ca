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
/// What tables are aligned to.
const ALIGNMENT: usize = 8;
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
        let mut data = Cow::Borrowed(section.data);
        fill_up(&mut data, section, records.last().map(|record| record.start));
        return Ok(UnwindTable { data, pieces: None });
    }
    let pieces = PieceMap::new(starts, section.data.len() as u64);
    let mut data = Vec::with_capacity(size as usize + ALIGNMENT);
    let mut last = None;
    for record in &records {
        let Some(start) = pieces.map(record.start as u64) else { continue };
        last = Some(start as usize);
        data.extend_from_slice(&section.data[record.start..record.start + record.length]);
        if let Some(cie) = record.cie {
            let cie = pieces.map(cie as u64).ok_or("an entry has no common part")?;
            let field = start as usize + WORD;
            let distance = (field as u64 - cie) as u32;
            data[field..field + WORD].copy_from_slice(&distance.to_le_bytes());
        }
    }
    let mut data = Cow::Owned(data);
    fill_up(&mut data, section, last);
    Ok(UnwindTable { data, pieces: Some(pieces) })
}

/// Makes the last record longer (`DW_CFA_nop`) so that nothing is between it and the next table: readers take a zero
/// there for the end. Compilers align the last record of a table alone.
fn fill_up(data: &mut Cow<'_, [u8]>, section: &Section<'_>, last: Option<usize>) {
    let missing = data.len().next_multiple_of(ALIGNMENT.max(section.alignment() as usize)) - data.len();
    let (Some(last), true) = (last, missing > 0) else { return };
    let data = data.to_mut();
    data.resize(data.len() + missing, 0);
    let length = (data.len() - last - WORD) as u32;
    data[last..last + WORD].copy_from_slice(&length.to_le_bytes());
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

#[cfg(test)]
mod tests {
    use crate::testing::{Joined, function, joined, refused};

    /// For each entry, the function that it is about and the distance between its CIE's start and the table's.
    fn entries(joined: &Joined) -> Vec<(String, usize)> {
        let table = joined.data(".eh_frame");
        let functions = joined.relocations(".eh_frame");
        let word = |at: usize| u32::from_le_bytes(table[at..at + 4].try_into().unwrap()) as usize;
        let mut entries = Vec::new();
        let mut at = 0;
        while at < table.len() {
            assert_ne!(word(at), 0, "readers stop at {at}");
            if word(at + 4) != 0 {
                let prefix = format!("{} ", at + 8);
                let function = functions.iter().find(|line| line.starts_with(&prefix)).expect("a relocation");
                entries.push((function.rsplit(' ').next().unwrap().to_owned(), at + 4 - word(at + 4)));
            }
            at += word(at) + 4;
        }
        assert_eq!(entries.len(), functions.len(), "every relocation is one of an entry");
        entries
    }

    #[test]
    fn entries_of_functions_that_are_left_out_are_gone() {
        let first = function("a", "") + &function("b", ".cfi_def_cfa_offset 32") + &function("c", "");
        let second = function("d", "") + &function("e", "");
        let joined = joined(&[&first, &second], &["b", "d"]);
        let entries = entries(&joined);
        let functions: Vec<&str> = entries.iter().map(|(function, _)| &**function).collect();
        assert_eq!(functions, ["[.text.a]+0", "[.text.c]+0", "[.text.e]+0"]);
        let cies: Vec<usize> = entries.iter().map(|(_, cie)| *cie).collect();
        assert_eq!(cies[..2], [0, 0]);
        assert_eq!(joined.data(".eh_frame")[cies[2] + 4..cies[2] + 8], [0; 4], "a CIE");
        assert_ne!(cies[2], 0, "that of the second table");
    }

    #[test]
    fn tables_of_several_objects_follow_each_other() {
        let joined = joined(&[&function("a", ""), &function("b", "")], &[]);
        assert_eq!(entries(&joined).len(), 2);
    }

    #[test]
    fn nothing_is_between_two_tables() {
        // Its last record ends in the middle of a word of eight bytes.
        let short = ".section .eh_frame,\"a\",@progbits\n.long 12, 0\n.byte 1, 0, 1, 120, 16, 0, 0, 0";
        for alignment in [1, 8] {
            let text = short.replace(".long", &format!(".balign {alignment}\n.long")) + "\n.long 8, 20, 0\n";
            let joined = joined(&[&text, &function("a", "")], &[]);
            let table = joined.data(".eh_frame");
            assert_eq!(table[16..20], [12, 0, 0, 0], "{alignment}");
            assert_ne!(table[32..36], [0; 4], "{alignment}");
        }
    }

    #[test]
    fn a_table_that_ends_before_its_section_is_refused() {
        let text = function("a", "") + ".section .eh_frame,\"a\",@progbits\n.long 0";
        let said = refused(&[&text], &[]);
        assert_eq!(said, "object 0 is malformed: .eh_frame: the unwind table ends before its section");
    }

    #[test]
    fn a_table_that_is_cut_off_is_refused() {
        let said = refused(&[".section .eh_frame,\"a\",@progbits\n.long 40, 0"], &[]);
        assert_eq!(said, "object 0 is malformed: .eh_frame: the unwind table is cut off");
    }
}
