//! The standard modules that the machine code of an extension module names.
//!
//! Its sources tell it better ([`super::sources_of_extensions`]), but most wheels have none. A compiler leaves names as constants: C and
//! C++ as strings that end with a null byte, each on its own; newer versions of Cython as one compressed string of them all, without
//! separators, as Rust does. Of compressions other than zlib's, names are seen where they occur for the first time. What is found so may be something else that is called like a module. It is in the executable in vain then, which is
//! better than to be missing.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use object::LittleEndian as Le;
use object::elf::{FileHeader64, SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS};
use object::read::elf::{FileHeader as _, SectionHeader as _};
use regex::bytes::Regex;

use crate::runtime::StandardLibrary;

/// Cython names it in every module, for coroutines, and does without it where it is missing.
const IN_EVERY_MODULE: &str = "asyncio.coroutines";

/// Part of the paths of Rust's standard library, which are in everything that may panic.
const RUST: &[u8] = b"/rustc/";

/// The length of a text, in bytes, that is no accident among bytes that are no text.
const TELLING: usize = 4;

/// The length of a name, in bytes, that is no accident among others without separators.
const LONG: usize = 6;

/// The most that a compressed string is looked at, in bytes.
const MOST: u64 = 4 << 20;

/// What is looked for: the names of standard modules.
pub(super) struct Names<'a> {
    library: &'a StandardLibrary,
    /// Those that are told from other text by their length; longer ones first.
    long: Option<Regex>,
}

impl<'a> Names<'a> {
    /// Those of a runtime.
    pub(super) fn new(library: &'a StandardLibrary) -> Self {
        let mut long: Vec<String> = library
            .modules()
            .keys()
            .filter(|name| name.len() >= LONG && !name.starts_with('_'))
            .map(|name| regex::escape(name))
            .collect();
        long.sort_by_key(|name| Reverse(name.len()));
        Self {
            library,
            long: Regex::new(&long.join("|")).ok(),
        }
    }

    /// Those in `file`, the bytes of an extension module. None if it is no ELF file.
    pub(super) fn within(&self, file: &[u8]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let is_rust = memchr::memmem::find(file, RUST).is_some();
        for section in constants(file).unwrap_or_default() {
            let texts = section.split(|byte| !(b' '..=b'~').contains(byte));
            let texts = texts.filter(|text| text.len() >= TELLING);
            names.extend(texts.filter_map(|text| self.standard(text)));
            let texts = section.split(|byte| *byte == 0);
            let texts = texts.filter(|text| text.len() < TELLING);
            names.extend(texts.filter_map(|text| self.standard(text)));
            if is_rust {
                names.extend(self.words(section));
            }
            for start in compressed(section) {
                let mut strings = Vec::new();
                let mut decoder = ZlibDecoder::new(&section[start..]).take(MOST);
                if decoder.read_to_end(&mut strings).is_ok() {
                    names.extend(self.words(&strings));
                }
            }
        }
        names.remove(IN_EVERY_MODULE);
        names
    }

    /// `text`, if it is the name of a standard module.
    fn standard(&self, text: &[u8]) -> Option<String> {
        if !text.first()?.is_ascii_alphabetic() && text[0] != b'_' {
            return None;
        }
        let name = str::from_utf8(text).ok()?;
        self.library
            .modules()
            .contains_key(name)
            .then(|| name.to_owned())
    }

    /// Long names among identifiers that follow each other without a separator, but not in sentences or paths.
    fn words<'b>(&'b self, strings: &'b [u8]) -> impl Iterator<Item = String> + 'b {
        let is_text = |byte: Option<&u8>| {
            byte.is_some_and(|byte| {
                (b' '..=b'~').contains(byte)
                    && !byte.is_ascii_alphanumeric()
                    && !matches!(byte, b'_' | b'.' | b'?' | b'<' | b'>')
            })
        };
        self.long
            .iter()
            .flat_map(move |long| long.find_iter(strings))
            .filter(move |found| {
                let before = found.start().checked_sub(1).and_then(|at| strings.get(at));
                !is_text(before) && !is_text(strings.get(found.end()))
            })
            .filter_map(|found| Some(str::from_utf8(found.as_bytes()).ok()?.to_owned()))
    }
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

/// Where a stream of zlib may begin (RFC 1950): Deflate with a window of 32 KB, and a checksum.
fn compressed(section: &[u8]) -> impl Iterator<Item = usize> + '_ {
    section
        .windows(2)
        .enumerate()
        .filter(|(_, header)| header[0] == 0x78 && matches!(header[1], 0x01 | 0x5e | 0x9c | 0xda))
        .map(|(start, _)| start)
}
