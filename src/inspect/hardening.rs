//! Which protections the machine code of an executable has: what `checksec` looks for.

use object::elf;
use object::read::elf::{Dyn as _, ElfFile64, ProgramHeader as _};
use serde::Serialize;

/// Protections of the stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hardening {
    /// No page is writable and executable, and the stack is not executable (`PT_GNU_STACK`).
    pub no_executable_stack: bool,
    /// What the dynamic loader has relocated is read-only from then on (`PT_GNU_RELRO`).
    pub relro: bool,
    /// All functions are bound at the start, so that their table is read-only, too (`DF_BIND_NOW`).
    pub bind_now: bool,
}

impl Hardening {
    /// Reads the headers of an ELF file; nothing if it is none.
    pub fn of(stub: &[u8]) -> Option<Self> {
        let file = ElfFile64::<object::Endianness>::parse(stub).ok()?;
        let endian = file.endian();
        let headers = file.elf_program_headers();
        let has = |kind| headers.iter().find(|header| header.p_type(endian) == kind);
        let executable = |flags: u32| flags & elf::PF_X.0 != 0;
        let bind_now = headers
            .iter()
            .filter_map(|header| header.dynamic(endian, stub).ok().flatten())
            .flatten()
            .any(|entry| {
                let value = entry.val(endian);
                match entry.tag(endian) {
                    elf::DT_BIND_NOW => true,
                    elf::DT_FLAGS => value & elf::DF_BIND_NOW.0 != 0,
                    elf::DT_FLAGS_1 => value & elf::DF_1_NOW.0 != 0,
                    _ => false,
                }
            });
        Some(Self {
            no_executable_stack: has(elf::PT_GNU_STACK)
                .is_some_and(|header| !executable(header.p_flags(endian).0)),
            relro: has(elf::PT_GNU_RELRO).is_some(),
            bind_now,
        })
    }
}
