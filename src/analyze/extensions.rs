//! The standard modules that the machine code of an extension module names.
//!
//! Its sources tell it better ([`super::sources_of_extensions`]), but most wheels have none. A compiler leaves names as constants: C and
//! C++ as strings that end with a null byte, each on its own; newer versions of Cython as one compressed string of them all, without
//! separators. Of compressions other than zlib's, names are seen where they occur for the first time. What is found so may be something else that is called like a module. It is in the executable in vain then, which is
//! better than to be missing.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use object::LittleEndian as Le;
use object::elf::{FileHeader64, SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS};
use object::read::elf::{FileHeader as _, SectionHeader as _};

use crate::runtime::StandardLibrary;

/// Cython names it in every module, for coroutines, and does without it where it is missing.
const IN_EVERY_MODULE: &str = "asyncio.coroutines";

/// The length of a text, in bytes, that is no accident among bytes that are no text.
const TELLING: usize = 4;

/// The length of a name, in bytes, that is no accident among others without separators.
const LONG: usize = 6;

/// The most that a compressed string is looked at, in bytes.
const MOST: u64 = 4 << 20;

/// Names of standard modules in `file`, the bytes of an extension module. Nothing if it is no ELF file.
pub(super) fn names(file: &[u8], library: &StandardLibrary) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for section in constants(file).unwrap_or_default() {
        let texts = section.split(|byte| !(b' '..=b'~').contains(byte));
        names.extend(
            texts
                .filter(|text| text.len() >= TELLING)
                .filter_map(|text| standard(text, library)),
        );
        let texts = section.split(|byte| *byte == 0);
        names.extend(
            texts
                .filter(|text| text.len() < TELLING)
                .filter_map(|text| standard(text, library)),
        );
        for start in compressed(section) {
            let mut strings = Vec::new();
            let mut decoder = ZlibDecoder::new(&section[start..]).take(MOST);
            if decoder.read_to_end(&mut strings).is_ok() {
                names.extend(words(&strings, library));
            }
        }
    }
    names.remove(IN_EVERY_MODULE);
    names
}

/// Sections with constants and initial values: not machine code, and not the names of symbols, many of which are those of C functions.
fn constants(file: &[u8]) -> Option<Vec<&[u8]>> {
    let header = FileHeader64::<Le>::parse(file).ok()?;
    let sections = header.sections(Le, file).ok()?;
    let is_constant = |flags: u64| flags & SHF_ALLOC.0 != 0 && flags & SHF_EXECINSTR.0 == 0;
    Some(
        sections
            .iter()
            .filter(|section| {
                section.sh_type(Le) == SHT_PROGBITS && is_constant(section.sh_flags(Le).0)
            })
            .filter_map(|section| section.data(Le, file).ok())
            .collect(),
    )
}

/// `text`, if it is the name of a standard module.
fn standard(text: &[u8], library: &StandardLibrary) -> Option<String> {
    if !text.first()?.is_ascii_alphabetic() && text[0] != b'_' {
        return None;
    }
    let name = str::from_utf8(text).ok()?;
    library
        .modules()
        .contains_key(name)
        .then(|| name.to_owned())
}

/// Where a stream of zlib may begin (RFC 1950): Deflate with a window of 32 KB, and a checksum.
fn compressed(section: &[u8]) -> impl Iterator<Item = usize> + '_ {
    section
        .windows(2)
        .enumerate()
        .filter(|(_, header)| header[0] == 0x78 && matches!(header[1], 0x01 | 0x5e | 0x9c | 0xda))
        .map(|(start, _)| start)
}

/// Long names of standard modules among identifiers that follow each other without a separator, but not in sentences.
fn words<'a>(strings: &'a [u8], library: &'a StandardLibrary) -> impl Iterator<Item = String> + 'a {
    let is_within = |byte: Option<&u8>| {
        byte.is_none_or(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'?' | b'<' | b'>')
        })
    };
    library
        .modules()
        .keys()
        .filter(|name| name.len() >= LONG)
        .filter(move |name| {
            let mut places = memchr::memmem::find_iter(strings, name.as_bytes());
            places.any(|start| {
                let before = start.checked_sub(1).and_then(|at| strings.get(at));
                is_within(before) && is_within(strings.get(start + name.len()))
            })
        })
        .cloned()
}
