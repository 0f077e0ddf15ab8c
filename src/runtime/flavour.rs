//! Flavours of a runtime: stubs of one CPython that differ in what is linked into them.
//!
//! A pack is the flavour [`FULL`]. The stubs of the others are files in its image, and its manifest says what they lack.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Pack;
use super::pack::MANIFEST;
use crate::{Code, Error, Result};

/// The flavour that has everything.
pub const FULL: &str = "full";

/// Where the stubs lie in a pack, below the root, by the name of their flavour.
pub(super) const DIRECTORY: &str = "share/fastice/flavours";

/// Key of the manifest: flavours by name.
pub(super) const KEY: &str = "flavours";

/// What a flavour lacks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Lacks {
    /// Built-in modules.
    #[serde(default)]
    pub without_modules: BTreeSet<String>,
    /// Libraries, by their names in the manifest.
    #[serde(default)]
    pub without_libraries: BTreeSet<String>,
}

/// A flavour, chosen.
pub(crate) struct Flavour {
    /// Its stub.
    pub(crate) stub: Cow<'static, [u8]>,
    /// What it lacks.
    pub(crate) lacks: Lacks,
    /// The manifest for executables with this stub, JSON.
    pub(crate) manifest: Vec<u8>,
}

impl Pack {
    /// What the flavours besides [`FULL`] lack, by name.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`].
    pub fn flavours(&self) -> Result<BTreeMap<String, Lacks>> {
        let mut manifest = self.manifest_value()?;
        let flavours = manifest.get_mut(KEY).map_or_else(|| json!({}), Value::take);
        serde_json::from_value(flavours).map_err(|error| unreadable(&error))
    }

    /// The flavour `chosen`, or the one that lacks the most of those that have the built-in modules among `needed`.
    ///
    /// # Errors
    /// [`Code::NoRuntime`] when there is no such flavour, [`Code::DamagedRuntime`].
    pub(crate) fn flavour(
        &self,
        chosen: Option<&str>,
        needed: &BTreeSet<String>,
    ) -> Result<Flavour> {
        let mut all = self.flavours()?;
        let fits = |lacks: &Lacks| lacks.without_modules.is_disjoint(needed);
        let smallest = all
            .iter()
            .filter(|(_, lacks)| fits(lacks))
            .max_by_key(|(_, lacks)| lacks.without_modules.len())
            .filter(|(_, lacks)| !lacks.without_modules.is_empty())
            .map_or(FULL, |(name, _)| name);
        let name = chosen.unwrap_or(smallest).to_owned();
        let (stub, lacks) = if name == FULL {
            (Cow::Borrowed(self.stub()?), Lacks::default())
        } else {
            let Some(lacks) = all.remove(&name) else {
                return Err(no_flavour(&name, all.into_keys()));
            };
            (
                Cow::Owned(self.read(&format!("{DIRECTORY}/{name}"))?),
                lacks,
            )
        };
        let manifest = self.manifest_of(&name, &lacks)?;
        Ok(Flavour {
            stub,
            lacks,
            manifest,
        })
    }

    /// The manifest without what the flavour lacks.
    fn manifest_of(&self, name: &str, lacks: &Lacks) -> Result<Vec<u8>> {
        let mut manifest = self.manifest_value()?;
        if let Some(fields) = manifest.as_object_mut() {
            fields.remove(KEY);
            fields.insert("flavour".to_owned(), json!(name));
        }
        if let Some(modules) = manifest
            .get_mut("builtin_modules")
            .and_then(Value::as_array_mut)
        {
            let lacks = |module: &Value| {
                let module = module.as_str();
                module.is_some_and(|module| lacks.without_modules.contains(module))
            };
            modules.retain(|module| !lacks(module));
        }
        if let Some(libraries) = manifest.get_mut("libraries").and_then(Value::as_object_mut) {
            libraries.retain(|library, _| !lacks.without_libraries.contains(library));
        }
        serde_json::to_vec_pretty(&manifest).map_err(|error| unreadable(&error))
    }

    fn manifest_value(&self) -> Result<Value> {
        serde_json::from_slice(&self.read(MANIFEST)?).map_err(|error| unreadable(&error))
    }
}

fn no_flavour(name: &str, others: impl Iterator<Item = String>) -> Error {
    let known: Vec<String> = [FULL.to_owned()].into_iter().chain(others).collect();
    Error::new(
        Code::NoRuntime,
        format!("the runtime has no flavour `{name}`"),
    )
    .hint(format!("it has {}", known.join(", ")))
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::new(
        Code::DamagedRuntime,
        "the runtime's manifest cannot be read",
    )
    .caused_by(error.to_string())
}
