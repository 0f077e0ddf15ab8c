//! The part of the standard library that a program needs, copied out of the runtime pack.

use std::collections::{BTreeMap, BTreeSet};

use fastice_image::ModuleKind;

use super::{CodeEntry, Contents, FileEntry, Layout, Module, Share, code_path};
use crate::collect::modules::position;
use crate::compile::{Code, Compiler, Job, Outcome};
use crate::runtime::{Pack, StandardLibrary, library_directory};
use crate::ui::Reporter;
use crate::{Error, Result, error};

/// Bytes of the header of a `.pyc` file.
const PYC_HEADER: usize = 16;

/// The code object of the standard module whose source is at `origin`, as the pack holds it.
///
/// # Errors
/// When the pack is damaged.
pub(crate) fn packed_code(pack: &Pack, origin: &str) -> Result<Code> {
    let path = code_path(origin, &pack.header().python.cache_tag, 0);
    let bytes = pack.read(&path)?;
    let (header, marshaled) = bytes
        .split_first_chunk::<PYC_HEADER>()
        .ok_or_else(|| broken(&path))?;
    let (_, source_hash) = header.split_last_chunk().ok_or_else(|| broken(&path))?;
    Ok(Code {
        warns: false,
        source_hash: *source_hash,
        marshaled: marshaled.to_vec(),
    })
}

fn broken(path: &str) -> Error {
    Error::new(
        error::Code::DamagedRuntime,
        format!("{path} in the runtime pack is not a code object"),
    )
}

/// The standard library, on its way into a layout.
pub(crate) struct Standard<'a> {
    /// Where it comes from.
    pub(crate) pack: &'a Pack,
    /// What is in it.
    pub(crate) library: &'a StandardLibrary,
    /// Compiles it where the pack's own code objects do not fit.
    pub(crate) compiler: &'a Compiler,
    /// Optimization level of the code objects.
    pub(crate) optimize: u8,
    /// Whom its files count for.
    pub(crate) share: Share,
}

impl Standard<'_> {
    /// Adds the modules named by `needed` with their data, sources and code objects, and the
    /// licences.
    ///
    /// # Errors
    /// When the pack is damaged, or a module cannot be compiled.
    pub(crate) fn add(
        &self,
        layout: &mut Layout,
        needed: &BTreeSet<String>,
        ui: &dyn Reporter,
    ) -> Result<()> {
        let Self {
            pack,
            library,
            share,
            optimize,
            ..
        } = *self;
        let identity = &pack.header().python;
        let directory = library_directory(identity);
        let modules: Vec<_> = needed
            .iter()
            .filter_map(|name| library.modules().get(name))
            .collect();
        let origins: Vec<&str> = modules
            .iter()
            .filter_map(|module| module.origin.as_deref())
            .collect();
        let mut files: BTreeSet<String> = origins.iter().map(|&origin| origin.to_owned()).collect();
        files.extend(
            modules
                .iter()
                .flat_map(|module| module.data.iter().cloned()),
        );
        files.insert(format!("{directory}/LICENSE.txt"));
        files.extend(pack.files_in("share/licenses")?);
        for path in files {
            let (node, raw) = pack.stored(&path)?;
            let contents = Contents::Packed(raw);
            layout.file(
                path,
                FileEntry {
                    contents,
                    executable: node.executable,
                    share,
                },
            )?;
        }
        for (origin, code) in self.codes(&origins, ui)? {
            let pyc = code_path(origin, &identity.cache_tag, optimize);
            let (parent, name, is_package) = position(origin);
            let module = Module {
                kind: ModuleKind::Source,
                is_package,
                origin: origin.to_owned(),
                code: Some(pyc.clone()),
            };
            layout
                .modules
                .insert((parent.to_owned(), name.to_owned()), module);
            let entry = CodeEntry {
                header: code.pyc_header(identity.magic),
                code: code.marshaled.into(),
                share,
            };
            layout.code(pyc, entry)?;
        }
        layout
            .directories
            .insert(format!("{directory}/lib-dynload"));
        Ok(())
    }

    /// The code objects of these sources: the pack's own, or compiled anew for another optimization
    /// level.
    fn codes<'o>(&self, origins: &[&'o str], ui: &dyn Reporter) -> Result<BTreeMap<&'o str, Code>> {
        let Self { pack, optimize, .. } = *self;
        if optimize == 0 {
            return origins
                .iter()
                .map(|&origin| Ok((origin, packed_code(pack, origin)?)))
                .collect();
        }
        let jobs: Vec<Job> = origins
            .iter()
            .map(|origin| {
                Ok(Job {
                    source: pack.read(origin)?.into(),
                    filename: format!("{}/{origin}", fastice_image::ROOT),
                    optimize,
                })
            })
            .collect::<Result<_>>()?;
        origins
            .iter()
            .zip(self.compiler.compile(&jobs, ui)?)
            .map(|(&origin, outcome)| match outcome {
                Outcome::Code(code) => Ok((origin, code)),
                Outcome::Error(_) => Err(broken(origin)),
            })
            .collect()
    }
}
