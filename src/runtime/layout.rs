//! Lays the stub's file out so that a truncated executable is told, whatever its length.
//!
//! The linker orders a file as it orders addresses. But the kernel and ld.so touch the headers, the dynamic
//! section, the symbol tables and all writable data before the first instruction of the program runs, and of a file
//! that was cut off, what is missing kills the process with SIGBUS. Here only file offsets change, no address:
//!
//! ```text
//! ELF and program headers · guard · writable segments · dynamic symbols and relocations
//! interpreter's path (PT_INTERP)
//! constants · code · section headers
//! ```
//!
//! Cut off before the interpreter's path, the kernel refuses the file (`ENOEXEC` or `EIO`); behind it, the guard
//! (`runtime/stub/src/guard.rs`) runs and says what happened. The length it compares with is written here.
//!
//! Sources: System V ABI, "Object Files" and "Program Loading"; Linux's `fs/binfmt_elf.c`.

use object::elf;
use object::endian::LittleEndian as LE;
use object::pod::{bytes_of, from_bytes, slice_from_bytes};

type FileHeader = elf::FileHeader64<LE>;
type ProgramHeader = elf::ProgramHeader64<LE>;
type SectionHeader = elf::SectionHeader64<LE>;

/// Size of the pages that segments are mapped in, in bytes.
const PAGE: u64 = 4096;

/// Why a stub cannot be laid out: it was not linked as `runtime/stub/build.rs` says.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Not an ELF file for 64-bit little-endian machines, or its tables lie outside it.
    #[error("the stub is no ELF file this program understands")]
    NotElf,
    /// Something that must be there is missing.
    #[error("the stub has no {0}")]
    Missing(&'static str),
    /// The program headers do not fit before the guard.
    #[error("the stub's program headers do not fit before its guard")]
    NoRoom,
}

/// A run of the old file and where it goes.
struct Piece {
    old: u64,
    new: u64,
    len: u64,
    /// Bytes before it on its first page.
    lead: u64,
}

/// Rearranges `stub`, a stripped executable, and writes the length of its loaded part into the guard.
///
/// # Errors
/// When the file was not linked as expected.
pub fn arrange(stub: &[u8]) -> Result<Vec<u8>, LayoutError> {
    let (mut header, _) = from_bytes::<FileHeader>(stub).map_err(|()| LayoutError::NotElf)?;
    let mut segments: Vec<ProgramHeader> =
        table(stub, header.e_phoff.get(LE), header.e_phnum.get(LE))?.to_vec();
    let mut sections: Vec<SectionHeader> =
        table(stub, header.e_shoff.get(LE), header.e_shnum.get(LE))?.to_vec();
    let guard = guard_address(stub, header, &sections)?;

    let early_end = dynamic_end(&sections).ok_or(LayoutError::Missing("dynamic symbols"))?;
    split_load(&mut segments, &sections, early_end);
    let table_end = header.e_phoff.get(LE) + size_of_table(&segments);

    // Where each loaded run goes. The first holds the headers and stays.
    let mut order: Vec<&ProgramHeader> = segments
        .iter()
        .filter(|s| s.p_type.get(LE) == elf::PT_LOAD)
        .collect();
    order.sort_by_key(|s| (rank(s, guard, early_end), s.p_vaddr.get(LE)));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut end = 0;
    let mut interpreter_at = 0;
    let interpreter = interpreter(stub, &segments)?;
    for segment in order {
        if interpreter_at == 0 && rank(segment, guard, early_end) == Rank::Late {
            interpreter_at = end;
            end += interpreter.len() as u64;
        }
        let old = segment.p_offset.get(LE);
        let len = if old == 0 {
            table_end
        } else {
            segment.p_filesz.get(LE)
        };
        // A page may hold the end of one segment and the start of the next: it is copied for both.
        let lead = segment.p_vaddr.get(LE) % PAGE;
        let new = if old == 0 {
            0
        } else {
            end.next_multiple_of(PAGE) + lead
        };
        pieces.push(Piece {
            old,
            new,
            len,
            lead,
        });
        end = new + len;
    }
    if pieces.get(1).is_none_or(|piece| piece.new < table_end) {
        return Err(LayoutError::NoRoom);
    }
    let loaded = end;

    let mut out = vec![0; usize::try_from(end).map_err(|_| LayoutError::NotElf)?];
    for piece in pieces.iter().filter(|piece| piece.new != 0) {
        let old = piece
            .old
            .checked_sub(piece.lead)
            .ok_or(LayoutError::NotElf)?;
        put(
            &mut out,
            piece.new - piece.lead,
            bytes(stub, old, piece.lead + piece.len)?,
        );
    }
    put(&mut out, interpreter_at, interpreter);
    let new_offset = |old: u64| {
        let moved = |piece: &Piece| piece.new + (old - piece.old);
        let inside = |piece: &&Piece| (piece.old..piece.old + piece.len).contains(&old);
        // Sections without contents may stand at the end of a run.
        let behind = |piece: &&Piece| piece.old + piece.len == old;
        pieces
            .iter()
            .find(inside)
            .or_else(|| pieces.iter().find(behind))
            .map(moved)
    };

    for segment in &mut segments {
        match segment.p_type.get(LE) {
            elf::PT_INTERP => segment.p_offset.set(LE, interpreter_at),
            elf::PT_PHDR => {
                segment.p_filesz.set(LE, table_end - header.e_phoff.get(LE));
                segment.p_memsz.set(LE, table_end - header.e_phoff.get(LE));
            }
            elf::PT_LOAD if segment.p_offset.get(LE) == 0 => {
                segment.p_filesz.set(LE, table_end);
                segment.p_memsz.set(LE, table_end);
            }
            _ => {
                if let Some(new) = new_offset(segment.p_offset.get(LE)) {
                    segment.p_offset.set(LE, new);
                }
            }
        }
    }
    for section in &mut sections {
        let old = section.sh_offset.get(LE);
        if section.sh_flags.get(LE).contains(elf::SHF_ALLOC) {
            section
                .sh_offset
                .set(LE, new_offset(old).ok_or(LayoutError::NotElf)?);
        } else if section.sh_type.get(LE) != elf::SHT_NULL {
            let contents = bytes(stub, old, section.sh_size.get(LE))?;
            section.sh_offset.set(LE, out.len() as u64);
            out.extend_from_slice(contents);
        }
    }
    out.resize(out.len().next_multiple_of(8), 0);

    let mut new_header = *header;
    new_header.e_phnum.set(
        LE,
        u16::try_from(segments.len()).map_err(|_| LayoutError::NoRoom)?,
    );
    new_header.e_shoff.set(LE, out.len() as u64);
    header = &new_header;
    for section in &sections {
        out.extend_from_slice(bytes_of(section));
    }
    put(&mut out, 0, bytes_of(header));
    for (index, segment) in segments.iter().enumerate() {
        let at = header.e_phoff.get(LE) + (index * size_of::<ProgramHeader>()) as u64;
        put(&mut out, at, bytes_of(segment));
    }
    put(
        &mut out,
        guard_offset(&segments, guard)?,
        &loaded.to_le_bytes(),
    );
    Ok(out)
}

/// In which part of the file a segment goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Headers,
    Guard,
    Writable,
    Dynamic,
    Late,
}

fn rank(segment: &ProgramHeader, guard: u64, early_end: u64) -> Rank {
    let start = segment.p_vaddr.get(LE);
    if segment.p_offset.get(LE) == 0 {
        Rank::Headers
    } else if (start..start + segment.p_memsz.get(LE)).contains(&guard) {
        Rank::Guard
    } else if segment.p_flags.get(LE).contains(elf::PF_W) {
        Rank::Writable
    } else if start < early_end {
        Rank::Dynamic
    } else {
        Rank::Late
    }
}

/// The address behind the last section that ld.so reads before the program runs, besides writable ones.
fn dynamic_end(sections: &[SectionHeader]) -> Option<u64> {
    let wanted = [
        elf::SHT_DYNSYM,
        elf::SHT_STRTAB,
        elf::SHT_HASH,
        elf::SHT_GNU_HASH,
        elf::SHT_GNU_VERSYM,
        elf::SHT_GNU_VERNEED,
        elf::SHT_RELA,
        elf::SHT_NOTE,
    ];
    sections
        .iter()
        .filter(|s| s.sh_flags.get(LE).contains(elf::SHF_ALLOC))
        .filter(|s| wanted.contains(&s.sh_type.get(LE)))
        .map(|s| s.sh_addr.get(LE) + s.sh_size.get(LE))
        .max()
}

/// Splits the segment that `address` lies in before the next section, so that its parts can be apart in the file.
fn split_load(segments: &mut Vec<ProgramHeader>, sections: &[SectionHeader], address: u64) {
    let range = |s: &ProgramHeader| s.p_vaddr.get(LE)..s.p_vaddr.get(LE) + s.p_filesz.get(LE);
    let Some(index) = segments
        .iter()
        .position(|s| s.p_type.get(LE) == elf::PT_LOAD && range(s).contains(&address))
    else {
        return;
    };
    let starts = sections.iter().map(|section| section.sh_addr.get(LE));
    let Some(boundary) = starts
        .filter(|&start| start >= address && range(&segments[index]).contains(&start))
        .min()
    else {
        return;
    };
    let head = boundary - segments[index].p_vaddr.get(LE);
    let mut tail = segments[index];
    tail.p_vaddr.set(LE, boundary);
    tail.p_paddr.set(LE, boundary);
    tail.p_offset.set(LE, tail.p_offset.get(LE) + head);
    tail.p_filesz.set(LE, tail.p_filesz.get(LE) - head);
    tail.p_memsz.set(LE, tail.p_memsz.get(LE) - head);
    segments[index].p_filesz.set(LE, head);
    segments[index].p_memsz.set(LE, head);
    segments.insert(index + 1, tail);
}

/// Address of the section `.guard`.
fn guard_address(
    stub: &[u8],
    header: &FileHeader,
    sections: &[SectionHeader],
) -> Result<u64, LayoutError> {
    let names = sections
        .get(usize::from(header.e_shstrndx.get(LE).0))
        .ok_or(LayoutError::Missing("section names"))?;
    let names = bytes(stub, names.sh_offset.get(LE), names.sh_size.get(LE))?;
    let is_guard = |section: &&SectionHeader| {
        let start = section.sh_name.get(LE) as usize;
        names
            .get(start..)
            .is_some_and(|name| name.starts_with(b".guard\0"))
    };
    let guard = sections
        .iter()
        .find(is_guard)
        .ok_or(LayoutError::Missing("guard"))?;
    Ok(guard.sh_addr.get(LE))
}

/// Where the byte at address `guard` lies in the file.
fn guard_offset(segments: &[ProgramHeader], guard: u64) -> Result<u64, LayoutError> {
    segments
        .iter()
        .filter(|s| s.p_type.get(LE) == elf::PT_LOAD)
        .find(|s| {
            guard
                .checked_sub(s.p_vaddr.get(LE))
                .is_some_and(|at| at < s.p_filesz.get(LE))
        })
        .map(|s| s.p_offset.get(LE) + (guard - s.p_vaddr.get(LE)))
        .ok_or(LayoutError::Missing("guard"))
}

/// The path of ld.so, with the final NUL.
fn interpreter<'a>(stub: &'a [u8], segments: &[ProgramHeader]) -> Result<&'a [u8], LayoutError> {
    let segment = segments
        .iter()
        .find(|s| s.p_type.get(LE) == elf::PT_INTERP)
        .ok_or(LayoutError::Missing("interpreter"))?;
    bytes(stub, segment.p_offset.get(LE), segment.p_filesz.get(LE))
}

fn size_of_table(segments: &[ProgramHeader]) -> u64 {
    size_of_val(segments) as u64
}

fn table<T: object::pod::Pod>(file: &[u8], offset: u64, count: u16) -> Result<&[T], LayoutError> {
    let rest = bytes(
        file,
        offset,
        file.len() as u64 - offset.min(file.len() as u64),
    )?;
    let (entries, _) =
        slice_from_bytes(rest, usize::from(count)).map_err(|()| LayoutError::NotElf)?;
    Ok(entries)
}

fn bytes(file: &[u8], offset: u64, len: u64) -> Result<&[u8], LayoutError> {
    let start = usize::try_from(offset).map_err(|_| LayoutError::NotElf)?;
    let len = usize::try_from(len).map_err(|_| LayoutError::NotElf)?;
    start
        .checked_add(len)
        .and_then(|end| file.get(start..end))
        .ok_or(LayoutError::NotElf)
}

/// Writes into the file that is being made; the ranges were laid out by [`arrange`].
fn put(out: &mut [u8], offset: u64, contents: &[u8]) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an offset into a buffer in memory"
    )]
    let start = offset as usize;
    out[start..start + contents.len()].copy_from_slice(contents);
}
