//! The probe: the smallest shared object whose relocation calls a function.
//!
//! It has one relocation, against a symbol of its own that is an indirect function (`STT_GNU_IFUNC`) at an absolute address
//! (`SHN_ABS`): ld.so calls the function at that address to learn the value to store. The symbol is local, so
//! ld.so searches no other library for it.

use std::mem::{offset_of, size_of};

use libc::{Elf64_Ehdr, Elf64_Phdr, Elf64_Sym, PF_R, PF_W, PT_DYNAMIC, PT_GNU_STACK, PT_LOAD};
use object::elf::{
    DT_NULL, DT_RELA, DT_RELAENT, DT_RELASZ, DT_STRSZ, DT_STRTAB, DT_SYMENT, DT_SYMTAB, SHN_ABS,
    STT_GNU_IFUNC,
};

/// The relocation that stores the address of a symbol (psABI of the machine).
#[cfg(target_arch = "x86_64")]
const STORE_ADDRESS: u64 = 1; // R_X86_64_64
#[cfg(target_arch = "aarch64")]
const STORE_ADDRESS: u64 = 257; // R_AARCH64_ABS64

#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = libc::EM_X86_64;
#[cfg(target_arch = "aarch64")]
const MACHINE: u16 = libc::EM_AARCH64;

/// An entry of the dynamic section.
type Dynamic = [u64; 2];

/// The whole file. It is mapped as it is, so offsets are addresses, too.
#[repr(C)]
struct Probe {
    header: Elf64_Ehdr,
    segments: [Elf64_Phdr; 3],
    dynamic: [Dynamic; 8],
    /// The first is the one that every symbol table begins with.
    symbols: [Elf64_Sym; 2],
    /// Where, what and how (`Elf64_Rela`).
    relocation: [u64; 3],
    /// What the relocation writes to.
    target: u64,
    /// One empty name.
    strings: [u8; 8],
}

/// The bytes of a probe that makes ld.so call the function at `address`.
pub(super) fn bytes(address: usize) -> Vec<u8> {
    let probe = Probe::new(address as u64);
    // SAFETY: the structure has numbers only, all at offsets without padding.
    unsafe {
        std::slice::from_raw_parts((&raw const probe).cast::<u8>(), size_of::<Probe>()).to_vec()
    }
}

impl Probe {
    fn new(address: u64) -> Self {
        // SAFETY: the structures have numbers only, for which zero is a value.
        let mut probe: Self = unsafe { std::mem::zeroed() };
        let len = size_of::<Self>() as u64;

        let header = &mut probe.header;
        header.e_ident[..4].copy_from_slice(b"\x7fELF");
        header.e_ident[libc::EI_CLASS] = libc::ELFCLASS64;
        header.e_ident[libc::EI_DATA] = libc::ELFDATA2LSB;
        header.e_ident[libc::EI_VERSION] = 1;
        header.e_type = libc::ET_DYN;
        header.e_machine = MACHINE;
        header.e_version = libc::EV_CURRENT;
        header.e_phoff = offset_of!(Self, segments) as u64;
        header.e_ehsize = size16::<Elf64_Ehdr>();
        header.e_phentsize = size16::<Elf64_Phdr>();
        header.e_phnum = 3;

        let [load, dynamic, stack] = &mut probe.segments;
        load.p_type = PT_LOAD;
        load.p_filesz = len;
        load.p_align = super::PAGE;
        dynamic.p_type = PT_DYNAMIC;
        dynamic.p_offset = offset_of!(Self, dynamic) as u64;
        dynamic.p_vaddr = dynamic.p_offset;
        dynamic.p_filesz = size_of::<[Dynamic; 8]>() as u64;
        // Without this one, ld.so would make every stack executable.
        stack.p_type = PT_GNU_STACK;
        for segment in [load, dynamic, stack] {
            segment.p_flags = PF_R | PF_W;
            segment.p_memsz = segment.p_filesz;
        }

        probe.dynamic = [
            (DT_STRTAB, offset_of!(Self, strings)),
            (DT_STRSZ, size_of::<[u8; 8]>()),
            (DT_SYMTAB, offset_of!(Self, symbols)),
            (DT_SYMENT, size_of::<Elf64_Sym>()),
            (DT_RELA, offset_of!(Self, relocation)),
            (DT_RELASZ, size_of::<[u64; 3]>()),
            (DT_RELAENT, size_of::<[u64; 3]>()),
            (DT_NULL, 0),
        ]
        .map(|(tag, value)| [tag.0.cast_unsigned(), value as u64]);

        let symbol = &mut probe.symbols[1];
        // The upper half, the binding, is 0: local.
        symbol.st_info = STT_GNU_IFUNC.0;
        symbol.st_shndx = SHN_ABS.0;
        symbol.st_value = address;
        probe.relocation = [offset_of!(Self, target) as u64, 1 << 32 | STORE_ADDRESS, 0];
        probe
    }
}

/// The size of a type, as headers have it, in bytes.
#[expect(clippy::cast_possible_truncation, reason = "the headers are small")]
const fn size16<T>() -> u16 {
    size_of::<T>() as u16
}
