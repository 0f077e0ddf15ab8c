//! Which protections the machine code of an executable has: what `checksec` looks for.

use object::elf;
use object::read::elf::{Dyn as _, ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _, ObjectSymbol};
use serde::Serialize;

/// Protections of the stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a protection of its own"
)]
pub struct Hardening {
    /// The kernel places it at an address of its choice (`ET_DYN`).
    pub position_independent: bool,
    /// No page is writable and executable, and the stack is not executable (`PT_GNU_STACK`).
    pub no_executable_stack: bool,
    /// What the dynamic loader has relocated is read-only from then on (`PT_GNU_RELRO`).
    pub relro: bool,
    /// All functions are bound at the start, so that their table is read-only, too (`DF_BIND_NOW`).
    pub bind_now: bool,
    /// Functions with arrays look for overwritten return addresses (`-fstack-protector`): `__stack_chk_fail` is called.
    pub stack_canary: bool,
    /// Functions of the C library check the sizes of buffers (`_FORTIFY_SOURCE`): `__memcpy_chk` or another is called.
    pub fortified: bool,
    /// Indirect jumps and returns are checked by the processor (CET): all objects were compiled for it, as
    /// `GNU_PROPERTY_X86_FEATURE_1_AND` says.
    pub control_flow: bool,
}

impl Hardening {
    /// Reads the headers of an ELF file; nothing if it is none.
    pub fn of(stub: &[u8]) -> Option<Self> {
        let file = ElfFile64::<Endianness>::parse(stub).ok()?;
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
        let imports = |matches: fn(&str) -> bool| {
            file.dynamic_symbols()
                .filter(ObjectSymbol::is_undefined)
                .any(|symbol| symbol.name().is_ok_and(matches))
        };
        Some(Self {
            position_independent: file.elf_header().e_type(endian) == elf::ET_DYN,
            no_executable_stack: has(elf::PT_GNU_STACK)
                .is_some_and(|header| !executable(header.p_flags(endian).0)),
            relro: has(elf::PT_GNU_RELRO).is_some(),
            bind_now,
            stack_canary: imports(|name| name == "__stack_chk_fail"),
            fortified: imports(|name| name.starts_with("__") && name.ends_with("_chk")),
            control_flow: control_flow(&file, stub),
        })
    }

    /// By the names that `checksec` uses, with what is the case.
    pub fn rows(self) -> [(&'static str, &'static str); 6] {
        let said = |holds: bool| if holds { "yes" } else { "no" };
        let relro = match (self.relro, self.bind_now) {
            (true, true) => "full",
            (true, false) => "partial",
            (false, _) => "no",
        };
        [
            ("PIE", said(self.position_independent)),
            ("RELRO", relro),
            ("NX", said(self.no_executable_stack)),
            ("canary", said(self.stack_canary)),
            ("fortify", said(self.fortified)),
            ("CET", said(self.control_flow)),
        ]
    }
}

/// Does the file say that it may run with both of CET's checks?
fn control_flow(file: &ElfFile64<Endianness>, bytes: &[u8]) -> bool {
    let endian = file.endian();
    let both = elf::GNU_PROPERTY_X86_FEATURE_1_IBT | elf::GNU_PROPERTY_X86_FEATURE_1_SHSTK;
    file.elf_program_headers()
        .iter()
        .filter_map(|header| header.notes(endian, bytes).ok().flatten())
        .flat_map(|notes| notes.filter_map(Result::ok))
        .filter_map(|note| note.gnu_properties(endian))
        .flat_map(|properties| properties.filter_map(Result::ok))
        .filter(|property| property.pr_type() == elf::GNU_PROPERTY_X86_FEATURE_1_AND)
        .any(|property| {
            property
                .data_u32(endian)
                .is_ok_and(|value| value & both == both)
        })
}
