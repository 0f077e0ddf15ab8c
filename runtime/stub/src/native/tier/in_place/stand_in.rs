//! The stand-in: a file of the library's size that holds what ld.so reads before it relocates, and else nothing.

use std::ffi::CStr;
use std::ops::Range;

use object::LittleEndian as Le;
use object::elf::{DT_NEEDED, DT_NULL, DT_STRTAB, DT_SYMENT, Dyn64, PF_X};
use object::read::elf::Dyn;

use super::PAGE;
use crate::native::elf::Library;
use crate::native::tier::Refusal;
use crate::vfs::memfd::Descriptor;

/// An entry of the dynamic section that the stand-in has otherwise than the library.
#[derive(Clone, Copy)]
pub(super) struct Change {
    /// Where it is in the dynamic section, in bytes.
    pub(super) offset: usize,
    /// What the library has there: tag and value.
    pub(super) original: [u64; 2],
}

impl Change {
    /// A change of the entry with this index.
    fn of(library: &Library<'_>, index: usize) -> Option<Self> {
        let entry = library.dynamic_entries().get(index)?;
        Some(Self {
            offset: index * size_of::<Dyn64<Le>>(),
            original: [entry.tag(Le).0.cast_unsigned(), entry.val(Le)],
        })
    }
}

/// Fills the stand-in of a library. It needs one more library, called `probe`, and each library in `needs` by the second name
/// instead of the first.
pub(super) fn write(
    file: &Descriptor,
    library: &Library<'_>,
    bytes: &[u8],
    probe: &CStr,
    needs: &[(&str, &CStr)],
) -> Result<Vec<Change>, Refusal> {
    let unfit = |reason: &str| Refusal::Unfit(reason.to_owned());
    let mut parts = library
        .early_parts()
        .ok_or_else(|| unfit("its tables lie outside of it"))?;
    for run in pages(&parts) {
        write_run(file, bytes, &run, &parts)?;
    }

    // No mapping of a memory file is ever executable: security policies may forbid it.
    for (segment, offset) in library.loaded().zip(library.flag_offsets()) {
        let flags = segment.flags & !PF_X.0;
        put(file, &flags.to_le_bytes(), offset)?;
    }

    let strings = library
        .value(DT_STRTAB)
        .ok_or_else(|| unfit("it has no string table"))?;
    let spare = spare_entry(library).ok_or_else(|| unfit("its dynamic section is full"))?;
    let renamed = needs
        .iter()
        .filter_map(|(from, to)| Some((library.needed_entry(from)?, *to)));
    let mut changes = Vec::new();
    for (index, name) in renamed.chain([(spare, probe)]) {
        let name = name.to_bytes_with_nul();
        let len = name.len() as u64;
        let (offset, address) = room(library, &parts, len)
            .ok_or_else(|| unfit("there is no room for the name of a library"))?;
        put(file, name, offset)?;
        parts.push(offset..offset + len);
        // A string is found by its distance from the string table, which may be any number.
        let entry = [DT_NEEDED.0.cast_unsigned(), address.wrapping_sub(strings)];
        let change = Change::of(library, index).ok_or_else(|| unfit("damaged dynamic section"))?;
        let at = library.dynamic_range().start + change.offset as u64;
        put(file, &entry_bytes(entry), at)?;
        changes.push(change);
    }
    Ok(changes)
}

/// An entry of the dynamic section as it lies in the file.
pub(super) fn entry_bytes([tag, value]: [u64; 2]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&tag.to_le_bytes());
    bytes[8..].copy_from_slice(&value.to_le_bytes());
    bytes
}

fn put(file: &Descriptor, bytes: &[u8], offset: u64) -> Result<(), Refusal> {
    file.write_at(bytes, offset)
        .map_err(Refusal::no_memory_file)
}

/// The runs of pages that the parts lie in, so that few writes are needed.
fn pages(parts: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| part.start / PAGE * PAGE..part.end.next_multiple_of(PAGE))
        .collect();
    runs.sort_by_key(|run| run.start);
    runs.dedup_by(|next, run| {
        let touches = next.start <= run.end;
        if touches {
            run.end = run.end.max(next.end);
        }
        touches
    });
    runs
}

/// Writes the parts that lie in a run of pages, and zeros between them.
fn write_run(
    file: &Descriptor,
    bytes: &[u8],
    run: &Range<u64>,
    parts: &[Range<u64>],
) -> Result<(), Refusal> {
    let unfit = || Refusal::Unfit(String::from("its tables lie outside of it"));
    let end = run.end.min(bytes.len() as u64);
    let mut buffer = vec![0; index(end - run.start).ok_or_else(unfit)?];
    for part in parts.iter().filter(|part| run.contains(&part.start)) {
        let from = index(part.start).zip(index(part.end));
        let to = index(part.start - run.start).zip(index(part.end - run.start));
        let (from, to) = from
            .and_then(|(begin, end)| bytes.get(begin..end))
            .zip(to.and_then(|(begin, end)| buffer.get_mut(begin..end)))
            .ok_or_else(unfit)?;
        to.copy_from_slice(from);
    }
    put(file, &buffer, run.start)
}

fn index(offset: u64) -> Option<usize> {
    usize::try_from(offset).ok()
}

/// A place for `len` bytes that ld.so maps and that holds none of the parts: offset in the file, address in memory.
fn room(library: &Library<'_>, parts: &[Range<u64>], len: u64) -> Option<(u64, u64)> {
    library.loaded().find_map(|segment| {
        // From the end: there is code, data, or what follows the tables.
        let mut end = segment.offset.checked_add(segment.file_size)?;
        loop {
            let begin = end
                .checked_sub(len)
                .filter(|begin| *begin >= segment.offset)?;
            let hit = parts
                .iter()
                .find(|part| part.start < end && begin < part.end);
            match hit {
                None => return Some((begin, begin - segment.offset + segment.address)),
                Some(part) => end = part.start,
            }
        }
    })
}

/// The index of an entry of the dynamic section that can be something else until the library is relocated: one of two that end
/// the section, or the size of a symbol, which ld.so does not read.
fn spare_entry(library: &Library<'_>) -> Option<usize> {
    let entries = library.dynamic_entries();
    let is = |entry: &Dyn64<Le>, tag: object::elf::DynamicTag| entry.tag(Le) == tag;
    let end = entries.iter().position(|entry| is(entry, DT_NULL))?;
    if entries.get(end + 1).is_some_and(|entry| is(entry, DT_NULL)) {
        return Some(end);
    }
    entries[..end].iter().position(|entry| is(entry, DT_SYMENT))
}
