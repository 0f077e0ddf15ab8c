//! Reading objects and executables: symbols, versions, dependencies.

use std::collections::BTreeSet;
use std::path::Path;

use fs_err as fs;
use miette::{IntoDiagnostic, WrapErr, bail};
use object::elf::{self, FileHeader64};
use object::read::archive::ArchiveFile;
use object::read::elf::{Dyn, ElfFile64, FileHeader};
use object::{Endianness, Object, ObjectSymbol, SymbolFlags};

use super::toolchain::Toolchain;

/// Object files of the modules that a conventional build makes shared: what `Modules/Setup.stdlib` is about.
pub(super) fn objects_of_modules(setup: &Path) -> miette::Result<BTreeSet<String>> {
    let text = fs::read_to_string(setup).into_diagnostic()?;
    Ok(text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .filter(|line| !line.starts_with('*'))
        .flat_map(|line| line.split_whitespace().skip(1))
        .filter_map(|word| word.strip_suffix(".c"))
        .filter_map(|source| source.rsplit('/').next())
        .map(|stem| format!("{stem}.o"))
        .collect())
}

/// Symbols that objects of the archive `library` define with default visibility, except the objects in `modules`: what
/// a conventional `python` exports.
pub(super) fn core_symbols(
    library: &Path,
    modules: &BTreeSet<String>,
) -> miette::Result<BTreeSet<String>> {
    let bytes = fs::read(library).into_diagnostic()?;
    let archive = ArchiveFile::parse(&*bytes).into_diagnostic()?;
    let mut symbols = BTreeSet::new();
    for member in archive.members() {
        let member = member.into_diagnostic()?;
        let name = String::from_utf8_lossy(member.name());
        if modules.contains(&*name) {
            continue;
        }
        let object = member.data(&*bytes).into_diagnostic()?;
        let object = ElfFile64::<Endianness>::parse(object)
            .into_diagnostic()
            .wrap_err_with(|| name.into_owned())?;
        for symbol in object.symbols() {
            let visible = matches!(
                symbol.flags(),
                SymbolFlags::Elf { st_other, .. } if st_other.visibility() == elf::STV_DEFAULT
            );
            if visible && symbol.is_global() && !symbol.is_undefined() {
                symbols.insert(symbol.name().into_diagnostic()?.to_owned());
            }
        }
    }
    Ok(symbols)
}

/// A version of glibc: 2.34 is `(2, 34)`.
pub(super) type GlibcVersion = (u32, u32);

/// What the dynamic loader reads of an executable.
pub(crate) struct Linkage {
    /// Not position-independent.
    pub(super) fixed: bool,
    /// Libraries it needs.
    pub(super) needed: BTreeSet<String>,
    /// It has a search path of its own.
    pub(super) has_search_path: bool,
    /// Symbols it exports; not the copies of the C library's variables.
    pub(super) exported: BTreeSet<String>,
    /// The newest version of glibc's symbols that it needs, `(2, 34)`.
    pub(super) glibc: GlibcVersion,
}

impl Linkage {
    /// Reads the executable at `path`.
    pub(super) fn read(path: &Path) -> miette::Result<Self> {
        let bytes = fs::read(path).into_diagnostic()?;
        Self::parse(&bytes)
            .into_diagnostic()
            .wrap_err_with(|| path.display().to_string())
    }

    fn parse(bytes: &[u8]) -> object::read::Result<Self> {
        let header = FileHeader64::<Endianness>::parse(bytes)?;
        let endian = header.endian()?;
        let sections = header.sections(endian, bytes)?;
        let mut linkage = Self {
            fixed: header.e_type(endian) == elf::ET_EXEC,
            needed: BTreeSet::new(),
            has_search_path: false,
            exported: BTreeSet::new(),
            glibc: (0, 0),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if let Some((entries, strings)) = sections.dynamic(endian, bytes)? {
            let strings = sections.strings(endian, bytes, strings)?;
            for entry in entries {
                match entry.tag(endian) {
                    elf::DT_NEEDED => {
                        linkage.needed.insert(text(entry.string(endian, strings)?));
                    }
                    elf::DT_RPATH | elf::DT_RUNPATH => linkage.has_search_path = true,
                    _ => {}
                }
            }
        }
        if let Some((mut records, strings)) = sections.gnu_verneed(endian, bytes)? {
            let strings = sections.strings(endian, bytes, strings)?;
            while let Some((_, mut versions)) = records.next()? {
                while let Some(version) = versions.next()? {
                    if let Some(version) = glibc_version(&text(version.name(endian, strings)?)) {
                        linkage.glibc = linkage.glibc.max(version);
                    }
                }
            }
        }
        let versions = sections.versions(endian, bytes)?;
        let symbols = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
        for (index, symbol) in symbols.enumerate() {
            let is_copied = versions
                .as_ref()
                .map(|versions| versions.version(versions.version_index(endian, index).into()))
                .transpose()?
                .flatten()
                .is_some();
            if !object::read::elf::Sym::is_undefined(symbol, endian) && !is_copied {
                linkage
                    .exported
                    .insert(text(symbols.symbol_name(endian, symbol)?));
            }
        }
        linkage.exported.remove("");
        Ok(linkage)
    }

    /// Fails unless the executable is what a stub has to be: it exports `exports`, and loads the C library and nothing else.
    /// Its symbols are no newer than the C library of `toolchain`.
    pub(super) fn check(
        &self,
        exports: &BTreeSet<String>,
        toolchain: &Toolchain,
    ) -> miette::Result<()> {
        if let Some(name) = self
            .needed
            .iter()
            .find(|name| !C_LIBRARY.contains(&name.as_str()))
        {
            bail!("the stub needs {name}");
        }
        if self.has_search_path {
            bail!("the stub has a library search path");
        }
        if self.fixed == toolchain.hardened {
            bail!("the stub is position-independent, or is to be and is not");
        }
        if self.glibc > toolchain.glibc {
            bail!("the stub needs glibc {}.{}", self.glibc.0, self.glibc.1);
        }
        super::cpython::same(
            "exports.txt and interposed.txt",
            "symbols are exported",
            exports,
            &self.exported,
        )
    }
}

/// Names of the libraries that are glibc: before version 2.34 there were more of them.
const C_LIBRARY: [&str; 7] = [
    "libc.so.6",
    "libm.so.6",
    "ld-linux-x86-64.so.2",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
];

fn glibc_version(name: &str) -> Option<GlibcVersion> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
