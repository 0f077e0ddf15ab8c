//! From the sources of a program to the standard modules it needs.

pub(crate) mod imports;
mod patterns;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use fastice_image::ModuleKind;
use rayon::prelude::*;

use crate::collect::modules::Found;
use crate::collect::{Collected, Collection};
use crate::error::Place;
use crate::runtime::StandardLibrary;
use crate::write::Contents;
use crate::{Code, Error, Result};

use imports::{Context, Imports};
use patterns::Patterns;
pub(crate) use place::{place_of_error, place_of_span};

/// Modules of the program by directory and name.
pub(crate) type Modules = BTreeMap<(String, String), Found>;

/// What the standard library has to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Modules to take.
    pub(crate) standard: BTreeSet<String>,
    /// Modules to leave out.
    pub(crate) left_out: BTreeSet<String>,
}

/// Follows the imports of all `modules` into the standard library.
///
/// `roots` are directories of the search path, `extra` names that the entry imports.
///
/// # Errors
/// [`Code::UnknownModule`] for a pattern that matches nothing; [`Code::UnavailableModule`] when a module of the user's own needs
/// a standard module that the runtime does not have.
pub(crate) fn analyze(
    collection: &Collection,
    modules: &Modules,
    roots: &[String],
    library: &StandardLibrary,
    options: &crate::pipeline::FreezeOptions,
    extra: &[String],
) -> Result<Needs> {
    let include = Patterns::new(&options.include_modules, library)?;
    let exclude = Patterns::new(&options.exclude_modules, library)?;
    let scanned: Vec<(&Found, &Collected, Imports)> = modules
        .par_iter()
        .filter(|(_, found)| found.kind == ModuleKind::Source)
        .filter_map(|(_, found)| {
            let file = collection.files.get(&found.origin)?;
            let Contents::Bytes(source) = &file.contents else {
                return None;
            };
            let name = dotted_name(&found.origin, roots);
            let context = Context {
                name: &name,
                is_package: found.is_package,
                may_be_main: true,
            };
            Some((found, file, imports::scan(source, context)))
        })
        .collect();
    let is_ours = |name: &str| {
        let top = name.split('.').next().unwrap_or(name);
        roots
            .iter()
            .any(|root| modules.contains_key(&(root.clone(), top.to_owned())))
    };
    for (_, file, imports) in &scanned {
        if let Some(error) = unavailable(file, imports, library, &is_ours) {
            return Err(error);
        }
    }
    let names = scanned
        .iter()
        .flat_map(|(_, _, imports)| imports.names.iter())
        .map(String::as_str)
        .chain(extra.iter().map(String::as_str))
        .chain(include.names());
    let standard = library.closure(names, &|name| exclude.matches(name));
    let left_out = library
        .modules()
        .iter()
        .filter(|(name, module)| module.origin.is_some() && !standard.contains(*name))
        .map(|(name, _)| name.clone())
        .chain(library.absent().iter().cloned())
        .collect();
    Ok(Needs { standard, left_out })
}

/// The error for a module of the user's own that cannot be imported without a module that the runtime lacks.
fn unavailable(
    file: &Collected,
    imports: &Imports,
    library: &StandardLibrary,
    is_ours: &dyn Fn(&str) -> bool,
) -> Option<Error> {
    let path = file.own.as_ref()?;
    let (name, span) = imports
        .unconditional
        .iter()
        .find(|(name, _)| library.is_absent(name) && !is_ours(name))?;
    let Contents::Bytes(source) = &file.contents else {
        return None;
    };
    let place: Place = place_of_span(path, source, span, "not in this runtime");
    Some(
        Error::new(
            Code::UnavailableModule,
            format!("the standard module `{name}` is not in this runtime"),
        )
        .hint("import it in a `try` block, or do without it; the runtime has no Tk")
        .at(place),
    )
}

/// The dotted name under which the source at `path` is imported from one of `roots`; empty if from none.
fn dotted_name(path: &str, roots: &[String]) -> String {
    roots
        .iter()
        .filter_map(|root| path.strip_prefix(root.as_str())?.strip_prefix('/'))
        .min_by_key(|relative| relative.len())
        .and_then(|relative| relative.strip_suffix(".py"))
        .map(|stem| {
            stem.strip_suffix("/__init__")
                .unwrap_or(stem)
                .replace('/', ".")
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::dotted_name;

    #[test]
    fn names_modules_by_the_closest_root() {
        let roots = [
            "app".to_owned(),
            "site".to_owned(),
            "site/vendor".to_owned(),
        ];
        assert_eq!(dotted_name("site/a/b.py", &roots), "a.b");
        assert_eq!(dotted_name("site/a/__init__.py", &roots), "a");
        assert_eq!(dotted_name("site/vendor/c.py", &roots), "c");
        assert_eq!(dotted_name("bin/c.py", &roots), "");
    }
}
