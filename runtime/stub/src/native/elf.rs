//! What the loader must know of an ELF shared object.

use std::mem::offset_of;
use std::ops::Range;

use object::LittleEndian as Le;
use object::elf::{
    DT_GNU_HASH, DT_HASH, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRTAB, DT_VERDEF,
    DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM, Dyn64, FileHeader64, PT_DYNAMIC, PT_GNU_PROPERTY,
    PT_LOAD, PT_NOTE, ProgramHeader64, Verdaux, Verdef, Vernaux, Verneed,
};
use object::read::ReadRef;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};

/// A 64-bit little-endian shared object, as on every platform we support.
pub(crate) struct Library<'a> {
    data: &'a [u8],
    segments: &'a [ProgramHeader64<Le>],
    dynamic: &'a [Dyn64<Le>],
}

/// Why something is no library that we can load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Malformed(pub(crate) &'static str);

impl<'a> Library<'a> {
    /// Reads the headers of the library whose contents are `data`.
    ///
    /// # Errors
    /// When it is no shared object for 64-bit little-endian machines, or its tables lie outside.
    pub(crate) fn parse(data: &'a [u8]) -> Result<Self, Malformed> {
        let header = FileHeader64::<Le>::parse(data).map_err(|_| Malformed("no ELF header"))?;
        let segments = header
            .program_headers(Le, data)
            .map_err(|_| Malformed("damaged program headers"))?;
        let dynamic = segments
            .iter()
            .find(|segment| segment.p_type(Le) == PT_DYNAMIC)
            .and_then(|segment| segment.dynamic(Le, data).ok().flatten())
            .ok_or(Malformed("no dynamic section"))?;
        Ok(Self {
            data,
            segments,
            dynamic,
        })
    }

    /// The entries of the dynamic section, up to the first that says it is the last.
    pub(crate) fn dynamic(&self) -> impl Iterator<Item = &'a Dyn64<Le>> {
        self.dynamic.iter().take_while(|entry| entry.tag(Le).0 != 0)
    }

    /// The value of the first entry with this tag.
    pub(crate) fn value(&self, tag: object::elf::DynamicTag) -> Option<u64> {
        let entry = self.dynamic().find(|entry| entry.tag(Le) == tag)?;
        Some(entry.val(Le))
    }

    /// The libraries that it needs, by the names it knows them by.
    pub(crate) fn needed(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.dynamic()
            .filter(|entry| entry.tag(Le) == DT_NEEDED)
            .filter_map(|entry| self.string(entry.val(Le)))
    }

    /// The index of the entry of the dynamic section by which it needs the library `name`.
    pub(crate) fn needed_entry(&self, name: &str) -> Option<usize> {
        self.dynamic().position(|entry| {
            entry.tag(Le) == DT_NEEDED && self.string(entry.val(Le)) == Some(name)
        })
    }

    /// The name by which others need it.
    pub(crate) fn soname(&self) -> Option<&'a str> {
        self.string(self.value(DT_SONAME)?)
    }

    /// Where it wants its libraries to be searched: `DT_RUNPATH`, or `DT_RPATH` without one.
    pub(crate) fn search_path(&self) -> Option<&'a str> {
        let value = self.value(DT_RUNPATH).or_else(|| self.value(DT_RPATH))?;
        self.string(value)
    }

    /// A string of the dynamic string table.
    fn string(&self, offset: u64) -> Option<&'a str> {
        let range = self.string_range(offset)?;
        let (begin, end) = (usize::try_from(range.start), usize::try_from(range.end - 1));
        str::from_utf8(self.data.get(begin.ok()?..end.ok()?)?).ok()
    }

    /// Where in the file the byte lies that will be at a virtual address.
    pub(crate) fn file_offset(&self, address: u64) -> Option<u64> {
        self.segments.iter().find_map(|segment| {
            let into = address.checked_sub(segment.p_vaddr(Le))?;
            let within = segment.p_type(Le) == PT_LOAD && into < segment.p_filesz(Le);
            within.then(|| segment.p_offset(Le).checked_add(into))?
        })
    }

    /// The segments that are mapped.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = Segment> + '_ {
        self.segments
            .iter()
            .filter(|segment| segment.p_type(Le) == PT_LOAD)
            .map(|segment| Segment {
                flags: segment.p_flags(Le).0,
                offset: segment.p_offset(Le),
                address: segment.p_vaddr(Le),
                file_size: segment.p_filesz(Le),
                memory_size: segment.p_memsz(Le),
            })
    }

    /// Where in the file the flags of each mapped segment are.
    pub(crate) fn flag_offsets(&self) -> impl Iterator<Item = u64> + '_ {
        let headers = self.header_offset();
        self.segments
            .iter()
            .enumerate()
            .filter_map(move |(index, segment)| {
                let header = headers + (index * size_of::<ProgramHeader64<Le>>()) as u64;
                let loaded = segment.p_type(Le) == PT_LOAD;
                loaded.then_some(header + offset_of!(ProgramHeader64<Le>, p_flags) as u64)
            })
    }

    /// Where the dynamic section is in the file, and its length, in bytes.
    pub(crate) fn dynamic_range(&self) -> Range<u64> {
        let segment = self
            .segments
            .iter()
            .find(|segment| segment.p_type(Le) == PT_DYNAMIC);
        segment.map_or(0..0, range_of)
    }

    /// All entries of the dynamic section, those behind its end included.
    pub(crate) fn dynamic_entries(&self) -> &'a [Dyn64<Le>] {
        self.dynamic
    }

    fn header_offset(&self) -> u64 {
        FileHeader64::<Le>::parse(self.data).map_or(0, |header| header.e_phoff(Le))
    }

    /// The parts of the file that ld.so reads between mapping a library and relocating it: headers, dynamic section, notes,
    /// the beginning of the hash tables, version tables, and the strings that these refer to.
    ///
    /// Nothing of the symbol lookup is among them. With an empty Bloom filter and empty buckets, a lookup
    /// during that time finds nothing and goes on to the next library.
    pub(crate) fn early_parts(&self) -> Option<Vec<Range<u64>>> {
        let headers = self.header_offset();
        let headers_len = size_of_val(self.segments) as u64;
        let mut parts = vec![
            0..size_of::<FileHeader64<Le>>() as u64,
            headers..headers.checked_add(headers_len)?,
        ];
        let early = [PT_DYNAMIC, PT_NOTE, PT_GNU_PROPERTY];
        parts.extend(
            self.segments
                .iter()
                .filter(|segment| early.contains(&segment.p_type(Le)))
                .map(range_of),
        );
        for (tag, len) in [(DT_GNU_HASH, GNU_HASH_HEADER), (DT_HASH, HASH_HEADER)] {
            if let Some(address) = self.value(tag) {
                let begin = self.file_offset(address)?;
                parts.push(begin..begin.checked_add(len)?);
            }
        }
        for entry in self.dynamic() {
            if [DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH].contains(&entry.tag(Le)) {
                parts.push(self.string_range(entry.val(Le))?);
            }
        }
        self.needed_versions(&mut parts)?;
        self.defined_versions(&mut parts)?;
        let len = self.data.len() as u64;
        parts.iter().all(|part| part.end <= len).then_some(parts)
    }

    /// The table behind `DT_VERNEED`, and its strings.
    fn needed_versions(&self, parts: &mut Vec<Range<u64>>) -> Option<()> {
        let Some(address) = self.value(DT_VERNEED) else {
            return Some(());
        };
        let mut offset = self.file_offset(address)?;
        for _ in 0..self.value(DT_VERNEEDNUM)? {
            let library: &Verneed<Le> = self.data.read_at(offset).ok()?;
            parts.push(offset..offset + size_of_val(library) as u64);
            parts.push(self.string_range(library.vn_file.get(Le).into())?);
            let mut version_at = offset.checked_add(library.vn_aux.get(Le).into())?;
            for _ in 0..library.vn_cnt.get(Le) {
                let version: &Vernaux<Le> = self.data.read_at(version_at).ok()?;
                parts.push(version_at..version_at + size_of_val(version) as u64);
                parts.push(self.string_range(version.vna_name.get(Le).into())?);
                version_at = version_at.checked_add(version.vna_next.get(Le).into())?;
            }
            offset = offset.checked_add(library.vn_next.get(Le).into())?;
        }
        Some(())
    }

    /// The versions of symbols that it defines, the one that stands for itself included. None at all if it has no versions.
    pub(crate) fn version_names(&self) -> Option<Vec<&'a str>> {
        let mut names = Vec::new();
        let Some(address) = self.value(DT_VERDEF) else {
            return Some(names);
        };
        let mut offset = self.file_offset(address)?;
        for _ in 0..self.value(DT_VERDEFNUM)? {
            let version: &Verdef<Le> = self.data.read_at(offset).ok()?;
            // The first name is the version's own; others are those that it follows.
            let name_at = offset.checked_add(version.vd_aux.get(Le).into())?;
            let name: &Verdaux<Le> = self.data.read_at(name_at).ok()?;
            names.push(self.string(name.vda_name.get(Le).into())?);
            offset = offset.checked_add(version.vd_next.get(Le).into())?;
        }
        Some(names)
    }

    /// The table behind `DT_VERDEF`, and its strings.
    fn defined_versions(&self, parts: &mut Vec<Range<u64>>) -> Option<()> {
        let Some(address) = self.value(DT_VERDEF) else {
            return Some(());
        };
        let mut offset = self.file_offset(address)?;
        for _ in 0..self.value(DT_VERDEFNUM)? {
            let version: &Verdef<Le> = self.data.read_at(offset).ok()?;
            parts.push(offset..offset + size_of_val(version) as u64);
            let mut name_at = offset.checked_add(version.vd_aux.get(Le).into())?;
            for _ in 0..version.vd_cnt.get(Le) {
                let name: &Verdaux<Le> = self.data.read_at(name_at).ok()?;
                parts.push(name_at..name_at + size_of_val(name) as u64);
                parts.push(self.string_range(name.vda_name.get(Le).into())?);
                name_at = name_at.checked_add(name.vda_next.get(Le).into())?;
            }
            offset = offset.checked_add(version.vd_next.get(Le).into())?;
        }
        Some(())
    }

    /// Where a string of the dynamic string table is in the file, with the byte that ends it.
    fn string_range(&self, offset: u64) -> Option<Range<u64>> {
        let begin = self.strings()?.checked_add(offset)?;
        let bytes = self.data.get(usize::try_from(begin).ok()?..)?;
        let len = bytes.iter().position(|byte| *byte == 0)? as u64;
        Some(begin..begin + len + 1)
    }

    /// Where the dynamic string table is in the file.
    fn strings(&self) -> Option<u64> {
        self.file_offset(self.value(DT_STRTAB)?)
    }
}

/// Bytes of a GNU hash table that are read when it is found: four numbers before the Bloom filter.
const GNU_HASH_HEADER: u64 = 16;

/// Bytes of a System V hash table that are read when it is found: two numbers before the buckets.
const HASH_HEADER: u64 = 8;

/// A part of the file that is mapped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// `PF_R`, `PF_W` and `PF_X`.
    pub(crate) flags: u32,
    /// In the file.
    pub(crate) offset: u64,
    /// In memory, relative to the library.
    pub(crate) address: u64,
    /// Bytes from the file.
    pub(crate) file_size: u64,
    /// Bytes in memory; those behind the bytes from the file are zero.
    pub(crate) memory_size: u64,
}

/// What a segment occupies of the file.
fn range_of(segment: &ProgramHeader64<Le>) -> Range<u64> {
    let begin = segment.p_offset(Le);
    begin..begin.saturating_add(segment.p_filesz(Le))
}
