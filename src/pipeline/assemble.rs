//! Puts the program's files and their code objects into the layout of the image.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fastice_image::{ModuleKind, PythonIdentity};

use super::shares::FIRST_COLLECTED;
use crate::analyze::{Modules, place_of_error};
use crate::collect::{Collected, Collection};
use crate::compile::{self, Compiler, Job, Outcome, SourceError};
use crate::ui::{Reporter, format};
use crate::write::{CodeEntry, Contents, FileEntry, Layout, Module, code_path};
use crate::{Code, Error, Result};

/// Code objects of the program's modules, by the path of their source below the root.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// What Python accepts.
    pub(super) codes: BTreeMap<String, compile::Code>,
    /// What it does not.
    failed: Vec<(String, SourceError)>,
}

/// Compiles the sources among `modules`.
///
/// # Errors
/// When a worker fails. A source that is not Python is no error yet: perhaps nothing ever imports
/// it.
pub(super) fn compile(
    collection: &Collection,
    modules: &Modules,
    compiler: &Compiler,
    optimize: u8,
    ui: &dyn Reporter,
) -> Result<Compiled> {
    let jobs: Vec<Job> = modules
        .values()
        .filter(|found| found.kind == ModuleKind::Source)
        .filter_map(
            |found| match &collection.files.get(&found.origin)?.contents {
                Contents::Bytes(source) => Some(Job {
                    source: source.clone(),
                    filename: format!("{}/{}", fastice_image::ROOT, found.origin),
                    optimize,
                }),
                _ => None,
            },
        )
        .collect();
    let mut compiled = Compiled::default();
    for (job, outcome) in jobs.iter().zip(compiler.compile(&jobs, ui)?) {
        let origin = job.filename[fastice_image::ROOT.len() + 1..].to_owned();
        match outcome {
            Outcome::Code(code) => {
                compiled.codes.insert(origin, code);
            }
            Outcome::Error(error) => compiled.failed.push((origin, error)),
        }
    }
    Ok(compiled)
}

impl Compiled {
    /// Tells what is not Python. `is_imported` says of a source whether anything imports it.
    ///
    /// # Errors
    /// [`Code::Syntax`] for a source of the user's own that is imported. Others go in without code:
    /// importing them fails as it does under `python`.
    pub(super) fn report(
        &self,
        collection: &Collection,
        is_imported: &dyn Fn(&str) -> bool,
        ui: &dyn Reporter,
    ) -> Result<()> {
        for (origin, error) in &self.failed {
            let Some(Collected {
                own: Some(path),
                contents: Contents::Bytes(source),
                ..
            }) = collection.files.get(origin)
            else {
                ui.detail(&format!(
                    "{origin} has no code: {} in line {}",
                    error.message, error.line
                ));
                continue;
            };
            let report = Error::new(
                Code::Syntax,
                format!(
                    "`{}` is not valid Python: {}",
                    format::path(path),
                    error.message
                ),
            )
            .at(place_of_error(path, source, error));
            if is_imported(origin) {
                return Err(report);
            }
            ui.warn(&report);
        }
        Ok(())
    }

    /// Leaves out the code of what runs if the compiler warns about it. Its source is then compiled at each start, as it is under
    /// `python`, and the warnings are given.
    pub(super) fn leave_warnings(&mut self, runs: &dyn Fn(&str) -> bool) {
        self.codes
            .retain(|origin, code| !(code.warns && runs(origin)));
    }
}

/// Adds everything in `collection` and the code objects of its `modules`.
///
/// # Errors
/// When two parts of the program claim the same path, or a file cannot be read.
pub(super) fn add(
    layout: &mut Layout,
    collection: Collection,
    modules: Modules,
    compiled: Compiled,
    identity: &PythonIdentity,
    optimize: u8,
) -> Result<()> {
    for (origin, code) in compiled.codes {
        let share = collection.files.get(&origin).map_or(0, |file| file.share);
        let entry = CodeEntry {
            header: code.pyc_header(identity.magic),
            code: code.marshaled.into(),
            share: share + FIRST_COLLECTED,
        };
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
