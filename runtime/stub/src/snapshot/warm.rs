//! The static variables that a snapshot holds.

use std::ffi::{c_char, c_int, c_void};

use object::elf;

unsafe extern "C" {
    // Defined by `warm.ld`.
    static mut fastice_warm_start: c_char;
    static mut fastice_warm_end: c_char;
    /// See `python/snapshot.h`.
    static mut fastice_wants_end: c_int;
    /// Which instructions OpenSSL may use.
    #[cfg(linked = "crypto")]
    static mut OPENSSL_ia32cap_P: [usize; CAPABILITIES];
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

/// Would something of the snapshot, whose static variables are `bytes`, be noticed when a process ends that does not use it?
pub(super) fn wants_end(bytes: &[u8]) -> bool {
    let at = &raw const fastice_wants_end as usize - range().0;
    bytes.get(at..at + size_of::<c_int>()) != Some(&[0; size_of::<c_int>()])
}

/// The words among them that are this process's own, and stay what they are: what ld.so has written and what OpenSSL has found
/// out about the processor before `main`. Nothing if ld.so wrote anything unexpected.
pub(super) fn own() -> Option<Vec<*mut usize>> {
    let mut words = relocated()?;
    words.extend(capabilities());
    Some(words)
}

/// The words of OpenSSL, if it is linked.
#[cfg(linked = "crypto")]
fn capabilities() -> impl Iterator<Item = *mut usize> {
    let first = (&raw mut OPENSSL_ia32cap_P).cast::<usize>();
    // SAFETY: within the array.
    (0..CAPABILITIES).map(move |at| unsafe { first.add(at) })
}

#[cfg(not(linked = "crypto"))]
fn capabilities() -> [*mut usize; 0] {
    []
}

/// Words of `OPENSSL_ia32cap_P` (OpenSSL 3.0, `crypto/x86_64cpuid.pl`: `.comm OPENSSL_ia32cap_P,16,4`).
#[cfg(linked = "crypto")]
const CAPABILITIES: usize = 16 / size_of::<usize>();

/// Addresses in the C library, which differ from process to process.
fn relocated() -> Option<Vec<*mut usize>> {
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
