//! The libraries of the sysroot, to be linked against and never run: names, versions and sizes, and no code.
//!
//! zig's own ones will not do for a program that is not position-independent. Such a program holds copies of the C library's
//! variables, and the linker has to know which names are one variable: `environ` and `__environ`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, WrapErr};
use object::Endianness;
use object::elf::{self, FileHeader64};
use object::read::elf::{FileHeader, Sym};

use crate::step::Step;

/// Names of one variable that do not differ by underscores alone: the first is what glibc's source defines.
const ALIASES: [[&str; 2]; 2] = [
    ["__progname_full", "program_invocation_name"],
    ["__progname", "program_invocation_short_name"],
];

/// A symbol of a library.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Symbol {
    name: String,
    version: String,
    /// What a reference without a version binds to.
    is_default: bool,
    /// Bytes of a variable; nothing for a function.
    size: Option<u64>,
}

/// Writes the library `name` into `directory`: the symbols of the library `from`, in a layout of its own.
pub(super) fn write(
    from: &Path,
    name: &str,
    directory: &Path,
    scratch: &Path,
    step: &Step,
) -> miette::Result<()> {
    let bytes = fs::read(from).into_diagnostic()?;
    let mut symbols = read(&bytes)
        .into_diagnostic()
        .wrap_err_with(|| from.display().to_string())?;
    symbols.sort();
    let [source, object, script] =
        ["s", "o", "map"].map(|kind| scratch.join(format!("{name}.{kind}")));
    fs::write(&source, assembly(&symbols)).into_diagnostic()?;
    fs::write(&script, versions(&symbols)).into_diagnostic()?;
    step.run(Command::new("as").arg("-o").arg(&object).arg(source))?;
    step.run(
        Command::new("ld")
            .args([
                "-shared",
                "--build-id=none",
                "-soname",
                name,
                "--version-script",
            ])
            .arg(script)
            .arg("-o")
            .arg(directory.join(name))
            .arg(object),
    )
}

/// The symbols that a library defines, with their versions.
fn read(bytes: &[u8]) -> object::read::Result<Vec<Symbol>> {
    let header = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let table = sections.symbols(endian, bytes, elf::SHT_DYNSYM)?;
    let Some(versions) = sections.versions(endian, bytes)? else {
        return Ok(Vec::new());
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut symbols = Vec::new();
    for (index, symbol) in table.enumerate() {
        let version = versions.version_index(endian, index);
        let is_named = !matches!(symbol.st_type(), elf::STT_NOTYPE | elf::STT_TLS);
        if symbol.is_undefined(endian) || symbol.is_absolute(endian) || !is_named {
            continue;
        }
        if let Some(named) = versions.version(version.into())? {
            symbols.push(Symbol {
                name: text(table.symbol_name(endian, symbol)?),
                version: text(named.name()),
                is_default: !version.is_hidden(),
                size: (symbol.st_type() == elf::STT_OBJECT).then(|| symbol.st_size(endian)),
            });
        }
    }
    Ok(symbols)
}

/// The library as assembler source.
fn assembly(symbols: &[Symbol]) -> String {
    let mut text = String::from(".text\n");
    let mut variables: BTreeMap<_, Vec<(usize, &Symbol)>> = BTreeMap::new();
    for (index, symbol) in symbols.iter().enumerate() {
        if let Some(size) = symbol.size {
            let key = (variable(&symbol.name), size, symbol.is_default);
            variables.entry(key).or_default().push((index, symbol));
        } else {
            declare(&mut text, index, symbol, ".globl", "%function");
            let _ = writeln!(text, "s{index}: .byte 0");
        }
    }
    text.push_str(".data\n");
    for ((_, size, _), mut names) in variables {
        // The linker takes names of one address for one variable if all but one are weak, as they are in glibc.
        names.sort_by_key(|(_, symbol)| std::cmp::Reverse(underscores(&symbol.name)));
        // Copies are as aligned as what they are copied from.
        text.push_str(".balign 32\n");
        for (position, (index, symbol)) in names.iter().enumerate() {
            let binding = if position == 0 { ".globl" } else { ".weak" };
            declare(&mut text, *index, symbol, binding, "%object");
            let _ = writeln!(text, ".size s{index}, {size}\ns{index}:");
        }
        let _ = writeln!(text, ".fill {}", size.max(1));
    }
    text
}

fn declare(text: &mut String, index: usize, symbol: &Symbol, binding: &str, kind: &str) {
    let at = if symbol.is_default { "@@" } else { "@" };
    let (name, version) = (&symbol.name, &symbol.version);
    let _ = writeln!(
        text,
        "{binding} s{index}\n.type s{index}, {kind}\n.symver s{index}, {name}{at}{version}, remove",
    );
}

/// The name by which a variable is known here.
fn variable(name: &str) -> &str {
    let name = ALIASES
        .iter()
        .find(|aliases| aliases[1] == name)
        .map_or(name, |aliases| aliases[0]);
    name.trim_start_matches('_')
}

fn underscores(name: &str) -> usize {
    name.len() - name.trim_start_matches('_').len()
}

/// The linker's list of versions.
fn versions(symbols: &[Symbol]) -> String {
    let mut names: Vec<&str> = symbols.iter().map(|symbol| &*symbol.version).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().fold(String::new(), |mut text, name| {
        let _ = writeln!(text, "{name} {{ }};");
        text
    })
}
