//! What an audit wants to know of an ELF file.

use std::collections::BTreeSet;

use object::elf::{
    DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, ELFCLASS64, ELFDATA2LSB, EM_AARCH64, EM_X86_64,
    FileHeader64, Machine, PT_INTERP, VER_FLG_WEAK,
};
use object::read::elf::{DynamicTable, FileHeader as _, ProgramHeader as _, SectionTable};
use object::read::{ReadRef, StringTable};
use object::{LittleEndian as Le, SectionIndex};

use super::glibc::{self, Version};

/// What every ELF file begins with.
pub(super) const MAGIC: &[u8; 4] = b"\x7fELF";

/// The machine that fastice makes executables for.
const MACHINE: Machine = if cfg!(target_arch = "aarch64") {
    EM_AARCH64
} else {
    EM_X86_64
};

/// A shared object or a program.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    /// Path below the root.
    pub(super) path: String,
    /// `DT_SONAME`, the name by which others need it.
    pub(super) soname: Option<String>,
    /// `DT_NEEDED`, in order.
    pub(super) needed: Vec<String>,
    /// `DT_RUNPATH`, or `DT_RPATH` without one, as it is written.
    pub(super) search_path: Vec<String>,
    /// The lowest version of glibc that has every symbol it needs of it.
    pub(super) glibc: Option<Version>,
    /// It is for another machine than the executable. Then nothing else is known of it.
    pub(super) foreign: Option<&'static str>,
    /// It is a program, which the kernel starts in a process of its own.
    pub(super) is_program: bool,
}

impl Library {
    /// Reads the file that will be at `path` below the root. `None` if it is no ELF file, or a damaged one.
    pub(crate) fn read<'data, R: ReadRef<'data>>(path: &str, data: R) -> Option<Self> {
        let mut library = Self {
            path: path.to_owned(),
            soname: None,
            needed: Vec::new(),
            search_path: Vec::new(),
            glibc: None,
            foreign: None,
            is_program: false,
        };
        // The first bytes tell class and byte order; the number of the machine is where it is in either class.
        let start = data.read_bytes_at(0, 20).ok()?;
        if !start.starts_with(MAGIC) {
            return None;
        }
        let class = (start[4], start[5]);
        let machine = Machine(u16::from_le_bytes([start[18], start[19]]));
        if class != (ELFCLASS64.0, ELFDATA2LSB.0) || machine != MACHINE {
            library.foreign = Some(machine_name(start));
            return Some(library);
        }
        let header = FileHeader64::<Le>::parse(data).ok()?;
        let segments = header.program_headers(Le, data).ok()?;
        let sections = header.sections(Le, data).ok()?;
        library.read_dynamic(&sections.dynamic_table(Le, data).ok()?);
        // Some libraries can also be started, to print their version. They have a name for others.
        library.is_program = library.soname.is_none()
            && segments
                .iter()
                .any(|segment| segment.p_type(Le) == PT_INTERP);
        library.glibc = lowest_glibc(&sections, data);
        Some(library)
    }

    fn read_dynamic<'data, R: ReadRef<'data>>(
        &mut self,
        table: &DynamicTable<'data, FileHeader64<Le>, R>,
    ) {
        let (mut rpath, mut runpath) = (None, None);
        for entry in table {
            let Ok(text) = table.string(entry) else {
                continue;
            };
            let text = String::from_utf8_lossy(text);
            match entry.tag {
                DT_NEEDED => self.needed.push(text.into_owned()),
                DT_SONAME => self.soname = Some(text.into_owned()),
                DT_RPATH => rpath = Some(text),
                DT_RUNPATH => runpath = Some(text),
                _ => {}
            }
        }
        let paths = runpath.or(rpath).unwrap_or_default();
        self.search_path = paths
            .split(':')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
    }

    /// The directories below the root where it wants needed libraries to be searched, in order.
    pub(super) fn directories(&self) -> impl Iterator<Item = String> + '_ {
        let parent = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.search_path.iter().filter_map(move |path| {
            let inside = path
                .strip_prefix("$ORIGIN")
                .or_else(|| path.strip_prefix("${ORIGIN}"))?;
            let mut names: Vec<&str> = parent.split('/').filter(|name| !name.is_empty()).collect();
            for name in inside.split('/') {
                match name {
                    "" | "." => {}
                    ".." => {
                        names.pop()?;
                    }
                    name => names.push(name),
                }
            }
            Some(names.join("/"))
        })
    }

    /// Was it linked with musl in place of glibc?
    pub(super) fn is_for_musl(&self) -> bool {
        self.needed
            .iter()
            .any(|name| name.starts_with("libc.musl-") || name.starts_with("ld-musl-"))
    }

    /// Its path below the root.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The name of its file.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// The highest version of glibc among those that the file needs.
fn lowest_glibc<'data, R: ReadRef<'data>>(
    sections: &SectionTable<'data, FileHeader64<Le>, R>,
    data: R,
) -> Option<Version> {
    let mut versions = BTreeSet::new();
    if let Ok(Some((libraries, strings))) = sections.gnu_verneed(Le, data) {
        let strings: StringTable<'data, R> = strings_of(sections, data, strings)?;
        for (library, names) in libraries.flatten() {
            if !glibc::provides(&text(library.file(Le, strings).ok()?)) {
                continue;
            }
            for name in names.flatten() {
                // ld.so only complains about missing weak versions.
                if name.vna_flags.get(Le).contains(VER_FLG_WEAK) {
                    continue;
                }
                versions.extend(Version::of_symbol(&text(name.name(Le, strings).ok()?)));
            }
        }
    }
    versions.last().copied()
}

fn strings_of<'data, R: ReadRef<'data>>(
    sections: &SectionTable<'data, FileHeader64<Le>, R>,
    data: R,
    index: SectionIndex,
) -> Option<StringTable<'data, R>> {
    sections.strings(Le, data, index).ok()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What people call the machine that a file is for.
fn machine_name(start: &[u8]) -> &'static str {
    let bytes = [start[18], start[19]];
    let number = if start[5] == ELFDATA2LSB.0 {
        u16::from_le_bytes(bytes)
    } else {
        u16::from_be_bytes(bytes)
    };
    match number {
        3 => "32-bit x86",
        20 | 21 => "PowerPC",
        22 => "IBM Z",
        40 => "32-bit ARM",
        62 => "x86-64",
        183 => "64-bit ARM",
        243 => "RISC-V",
        258 => "LoongArch",
        _ => "another machine",
    }
}
