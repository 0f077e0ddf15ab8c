//! Puts the program's files and their code objects into the layout of the image.

use std::collections::BTreeSet;
use std::sync::Arc;

use fastice_image::{ModuleKind, PythonIdentity};

use super::shares::FIRST_COLLECTED;
use crate::analyze::{Modules, place_of_error};
use crate::collect::modules::Found;
use crate::collect::{Collected, Collection};
use crate::compile::{Compiler, Job, Outcome};
use crate::ui::{Reporter, format};
use crate::write::{CodeEntry, Contents, FileEntry, Layout, Module, code_path};
use crate::{Code, Error, Result};

/// Adds everything in `collection`, and compiles its `modules`.
///
/// # Errors
/// [`Code::Syntax`] when a source of the user's own is not Python. One of a distribution then goes in without code: importing it fails as it does
/// under `python`.
pub(super) fn add(
    layout: &mut Layout,
    collection: Collection,
    modules: Modules,
    compiler: &Compiler,
    identity: &PythonIdentity,
    optimize: u8,
    ui: &dyn Reporter,
) -> Result<()> {
    let sources: Vec<(&Found, &Collected, &Arc<[u8]>)> = modules
        .values()
        .filter(|found| found.kind == ModuleKind::Source)
        .filter_map(|found| {
            let file = collection.files.get(&found.origin)?;
            match &file.contents {
                Contents::Bytes(source) => Some((found, file, source)),
                _ => None,
            }
        })
        .collect();
    let jobs: Vec<Job> = sources
        .iter()
        .map(|(found, _, source)| Job {
            source: (*source).clone(),
            filename: format!("{}/{}", fastice_image::ROOT, found.origin),
            optimize,
        })
        .collect();
    let mut codes = Vec::new();
    for ((found, file, source), outcome) in sources.iter().zip(compiler.compile(&jobs, ui)?) {
        match (outcome, &file.own) {
            (Outcome::Code(code), _) => {
                let entry = CodeEntry {
                    header: code.pyc_header(identity.magic),
                    code: code.marshaled.into(),
                    share: file.share + FIRST_COLLECTED,
                };
                codes.push((found.origin.clone(), entry));
            }
            (Outcome::Error(error), Some(path)) => {
                return Err(Error::new(
                    Code::Syntax,
                    format!(
                        "`{}` is not valid Python: {}",
                        format::path(path),
                        error.message
                    ),
                )
                .at(place_of_error(path, source, &error)));
            }
            (Outcome::Error(error), None) => {
                ui.detail(&format!(
                    "{} has no code: {} in line {}",
                    found.origin, error.message, error.line
                ));
            }
        }
    }
    for (origin, entry) in codes {
        layout.code(code_path(&origin, &identity.cache_tag, optimize), entry)?;
    }
    for ((directory, name), found) in modules {
        let code = match found.kind {
            ModuleKind::Source => Some(code_path(&found.origin, &identity.cache_tag, optimize)),
            ModuleKind::Bytecode => Some(found.origin.clone()),
            ModuleKind::Extension => None,
        };
        let module = Module {
            kind: found.kind,
            is_package: found.is_package,
            origin: found.origin,
            code: code.filter(|path| {
                found.kind == ModuleKind::Bytecode || layout.entries.contains_key(path)
            }),
        };
        layout.modules.insert((directory, name), module);
    }
    let bytecode: BTreeSet<String> = layout
        .modules
        .values()
        .filter(|module| module.kind == ModuleKind::Bytecode)
        .map(|module| module.origin.clone())
        .collect();
    for (path, file) in collection.files {
        let share = file.share + FIRST_COLLECTED;
        let code = if bytecode.contains(&path) {
            split_bytecode(&file)?
        } else {
            None
        };
        match code {
            Some((header, code)) => layout.code(
                path,
                CodeEntry {
                    header,
                    code,
                    share,
                },
            )?,
            None => layout.file(
                path,
                FileEntry {
                    contents: file.contents,
                    executable: file.executable,
                    share,
                },
            )?,
        }
    }
    Ok(())
}

/// Header and code object.
type Bytecode = ([u8; 16], Arc<[u8]>);

/// Reads a `.pyc` file that is a module without source.
fn split_bytecode(file: &Collected) -> Result<Option<Bytecode>> {
    let Contents::Disk(disk) = &file.contents else {
        return Ok(None);
    };
    let bytes = fs_err::read(disk).map_err(|error| {
        Error::new(Code::Io, format!("{} cannot be read", disk.display())).caused_by(error)
    })?;
    Ok(bytes
        .split_first_chunk()
        .map(|(header, code)| (*header, Arc::from(code))))
}
