//! What the loader must know of an ELF shared object.

use object::LittleEndian as Le;
use object::elf::{DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRTAB, Dyn64, FileHeader64};
use object::elf::{PT_DYNAMIC, PT_LOAD, ProgramHeader64};
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
        let table = self.file_offset(self.value(DT_STRTAB)?)?;
        let begin = usize::try_from(table.checked_add(offset)?).ok()?;
        let bytes = self.data.get(begin..)?;
        let end = bytes.iter().position(|byte| *byte == 0)?;
        str::from_utf8(&bytes[..end]).ok()
    }

    /// Where in the file the byte lies that will be at a virtual address.
    pub(crate) fn file_offset(&self, address: u64) -> Option<u64> {
        self.segments.iter().find_map(|segment| {
            let into = address.checked_sub(segment.p_vaddr(Le))?;
            let within = segment.p_type(Le) == PT_LOAD && into < segment.p_filesz(Le);
            within.then(|| segment.p_offset(Le).checked_add(into))?
        })
    }
}
