//! The static variables that a snapshot holds.

use std::ffi::{c_char, c_void};

use object::elf;

unsafe extern "C" {
    // Defined by `warm.ld`.
    static mut fastice_warm_start: c_char;
    static mut fastice_warm_end: c_char;
    /// The dynamic section, defined by the linker.
    static _DYNAMIC: [Dynamic; 0];
}

/// `Elf64_Dyn`
#[repr(C)]
struct Dynamic {
    tag: i64,
    value: usize,
}

/// `Elf64_Rela`
#[repr(C)]
struct Relocation {
    address: usize,
    info: u64,
    addend: i64,
}

/// Where they lie: an address and a length in bytes, both multiples of the page size.
pub(super) fn range() -> (usize, usize) {
    let start = &raw mut fastice_warm_start as usize;
    let end = &raw mut fastice_warm_end as usize;
    (start, end - start)
}

/// The words among them that ld.so has written: addresses in the C library, which differ from process to process. Nothing if it wrote
/// anything else there.
pub(super) fn relocated() -> Option<Vec<*mut usize>> {
    let (start, len) = range();
    let (mut table, mut size) = (std::ptr::null::<Relocation>(), 0);
    // SAFETY: the linker ends the dynamic section with an entry whose tag is 0, and its table of relocations is mapped: the
    // executable is not position-independent, so addresses in it are what they say.
    let relocations = unsafe {
        let mut entry = (&raw const _DYNAMIC).cast::<Dynamic>();
        while (*entry).tag != 0 {
            match (*entry).tag {
                TABLE => table = (*entry).value as *const Relocation,
                TABLE_SIZE => size = (*entry).value,
                _ => {}
            }
            entry = entry.add(1);
        }
        if table.is_null() {
            return Some(Vec::new());
        }
        std::slice::from_raw_parts(table, size / size_of::<Relocation>())
    };
    relocations
        .iter()
        .filter(|relocation| (start..start + len).contains(&relocation.address))
        .map(|relocation| {
            let is_address = relocation.info & 0xffff_ffff == u64::from(elf::R_X86_64_64.0);
            is_address.then_some(relocation.address as *mut usize)
        })
        .collect()
}

/// `DT_RELA` and `DT_RELASZ`
const TABLE: i64 = 7;
const TABLE_SIZE: i64 = 8;

/// The address of a range as a pointer.
pub(super) fn pointer(address: usize) -> *mut c_void {
    address as *mut c_void
}
