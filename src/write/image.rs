//! Writes a layout as an image behind its stub.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use fastice_image::{Extent, Header, ImageWriter, ModuleNode, Raw, Source, Written};
use rayon::prelude::*;

use super::layout::{Contents, Entry, FileEntry, Layout, Share};

/// A module that is imported before a path hook exists.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// Full name.
    pub(crate) name: String,
    /// It is a package.
    pub(crate) is_package: bool,
    /// Marshaled code object.
    pub(crate) code: Vec<u8>,
}

/// Bytes that are read and compressed at a time: enough for every core, few enough to hold in
/// memory.
const BATCH: u64 = 16 << 20;

/// Writes `stub` and `layout` to `out`. Tells `stored` how many bytes each entry takes, and for
/// whom.
///
/// # Errors
/// When a file cannot be read or `out` not be written.
pub(crate) fn write_image<W: Write>(
    out: W,
    stub: &[u8],
    layout: &Layout,
    frozen: &[Frozen],
    mut header: Header,
    stored: &mut dyn FnMut(Share, &Extent),
) -> io::Result<Written> {
    let mut writer = ImageWriter::new(out, stub)?;
    header.frozen = frozen
        .iter()
        .map(|module| writer.frozen(&module.name, module.is_package, &module.code))
        .collect::<io::Result<_>>()?;
    for directory in &layout.directories {
        writer.directory(directory)?;
    }
    let mut codes = HashMap::new();
    let entries: Vec<(&String, &Entry)> = layout.entries.iter().collect();
    let mut rest = &entries[..];
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(batch_len(rest));
        rest = later;
        let prepared: Vec<Prepared> = batch
            .par_iter()
            .map(|(_, entry)| match entry {
                Entry::File(file) => Prepared::new(file),
                Entry::Code(_) => Ok(Prepared::Code),
            })
            .collect::<io::Result<_>>()?;
        for ((path, entry), prepared) in batch.iter().zip(&prepared) {
            match entry {
                Entry::File(file) => {
                    let extent = writer.file(path, &prepared.source(), file.executable)?;
                    stored(file.share, &extent);
                }
                Entry::Code(code) => {
                    let extent = writer.code(path, code.header, &code.code)?;
                    stored(code.share, &extent);
                    codes.insert(path.as_str(), extent);
                }
            }
        }
    }
    for ((directory, name), module) in &layout.modules {
        let code = module
            .code
            .as_ref()
            .and_then(|path| codes.get(path.as_str()).copied());
        let node = ModuleNode {
            kind: module.kind,
            is_package: module.is_package,
            origin: module.origin.clone(),
            code,
        };
        writer.module(directory, name, node)?;
    }
    for name in &layout.left_out {
        writer.left_out(name)?;
    }
    for (name, directory) in &layout.frozen {
        writer.freeze(directory, name)?;
    }
    writer.finish(header)
}

/// How many of `entries`, at least one, make up a batch.
fn batch_len(entries: &[(&String, &Entry)]) -> usize {
    let mut total = 0;
    let within = entries
        .iter()
        .take_while(|(_, entry)| {
            total += match entry {
                Entry::File(FileEntry {
                    contents: Contents::Disk(path),
                    ..
                }) => fs_err::metadata(path).map_or(0, |metadata| metadata.len()),
                // In memory already.
                _ => 0,
            };
            total <= BATCH
        })
        .count();
    within.max(1)
}

/// A file in the form in which it is stored.
enum Prepared<'a> {
    /// A code object: nothing to prepare.
    Code,
    /// Machine code.
    Mapped(Cow<'a, [u8]>),
    /// Anything else.
    Raw(Raw<'a>),
}

impl<'a> Prepared<'a> {
    fn new(file: &'a FileEntry) -> io::Result<Self> {
        let contents = match &file.contents {
            Contents::Bytes(bytes) => Cow::Borrowed(&**bytes),
            Contents::Disk(path) => Cow::Owned(fs_err::read(path)?),
            Contents::Packed(raw) => return Ok(Self::Raw(raw.borrowed())),
        };
        if contents.starts_with(b"\x7fELF") {
            return Ok(Self::Mapped(contents));
        }
        Ok(Self::Raw(Raw::deflate(contents)))
    }

    fn source(&self) -> Source<'_> {
        match self {
            Self::Code => Source::Stored(&[]),
            Self::Mapped(bytes) => Source::Mapped(bytes),
            Self::Raw(raw) => Source::Raw(raw.borrowed()),
        }
    }
}
