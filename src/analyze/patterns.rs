//! `--include-module` and `--exclude-module`.

use crate::runtime::StandardLibrary;
use crate::{Code, Error, Result};

/// Standard modules that the user names. A package means all of it; `pkg.*` says the same.
pub(super) struct Patterns(Vec<String>);

impl Patterns {
    /// Reads the values of an option.
    ///
    /// # Errors
    /// [`Code::UnknownModule`], [`Code::UnavailableModule`].
    pub(super) fn new(values: &[String], library: &StandardLibrary) -> Result<Self> {
        let mut names = Vec::new();
        for value in values {
            let name = value.strip_suffix(".*").unwrap_or(value);
            if library.is_absent(name) {
                return Err(Error::new(
                    Code::UnavailableModule,
                    format!("the standard module `{name}` is not in this runtime"),
                ));
            }
            if !library.modules().contains_key(name) {
                return Err(Error::new(
                    Code::UnknownModule,
                    format!("there is no standard module `{name}`"),
                )
                .hint("installed distributions are always taken whole; only standard modules are chosen"));
            }
            names.push(name.to_owned());
            names.extend(library.children(name).map(str::to_owned));
        }
        Ok(Self(names))
    }

    /// All modules named.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Is `name` one of them?
    pub(super) fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }
}
