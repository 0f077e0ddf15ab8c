//! From the sources of a program to the standard modules it needs.

mod certain;
mod extensions;
pub(crate) mod frozen;
pub(crate) mod imports;
mod patterns;
mod place;

use std::collections::{BTreeMap, BTreeSet, HashSet};

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

/// The program's own side of the import graph.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    /// All files.
    pub(crate) collection: &'a Collection,
    /// The modules among them.
    pub(crate) modules: &'a Modules,
    /// Directories of the search path, below the root.
    pub(crate) roots: &'a [String],
    /// Has Python accepted the source at this path?
    pub(crate) is_python: &'a dyn Fn(&str) -> bool,
    /// Is the source at this path what runs?
    pub(crate) runs: &'a dyn Fn(&str) -> bool,
}

/// What the imports of a program ask for.
#[derive(Debug)]
pub(crate) struct Needs {
    /// Standard modules to take.
    pub(crate) standard: BTreeSet<String>,
    /// Standard modules to leave out.
    pub(crate) left_out: BTreeSet<String>,
    /// Everything that any module imports, as [`Imports::names`].
    imported: BTreeSet<String>,
    /// Which module names which, for [`crate::provenance`].
    pub(crate) edges: Vec<Edges>,
    /// Standard modules that a traced run imported.
    pub(crate) traced: BTreeSet<String>,
    /// Standard modules that `--include-module` names.
    pub(crate) included: BTreeSet<String>,
    /// Warnings of imports in the user's own modules that cannot succeed, with the path of the
    /// module.
    pub(crate) missing: Vec<(String, Error)>,
}

/// The modules that a source names and that exist: names as [`Imports::names`], with their lines.
#[derive(Debug)]
pub(crate) struct Edges {
    /// Path of the source, below the root.
    pub(crate) origin: String,
    /// Dotted names with the line of the first place, counted from 1; 0 in machine code.
    pub(crate) names: BTreeMap<String, u32>,
}

impl Needs {
    /// Does anything import the module whose source is at `origin`?
    pub(crate) fn is_imported(&self, sources: &Sources, origin: &str) -> bool {
        let name = dotted_name(origin, sources.roots);
        let within = format!("{name}.");
        let whole = name
            .rsplit_once('.')
            .map(|(package, _)| format!("{package}.*"));
        self.imported.contains(&name)
            // Importing a module imports the packages around it.
            || self.imported.range(within.clone()..).next().is_some_and(|next| next.starts_with(&within))
            || whole.is_some_and(|whole| self.imported.contains(&whole))
    }
}

/// Follows the imports of all modules into the standard library. `extra` names what the entry
/// imports.
///
/// # Errors
/// [`Code::UnknownModule`] for a pattern that matches nothing; [`Code::UnavailableModule`] when a
/// module of the user's own that runs for certain needs a standard module that the runtime does not
/// have.
pub(crate) fn analyze(
    sources: &Sources,
    library: &StandardLibrary,
    options: &crate::pipeline::FreezeOptions,
    extra: &[String],
) -> Result<Needs> {
    let frozen = frozen::standard(&options.freeze, library);
    let include = Patterns::new(&[&options.include_modules[..], &frozen].concat(), library)?;
    let exclude = Patterns::new(&options.exclude_modules, library)?;
    let Sources {
        collection,
        modules,
        roots,
        is_python,
        runs,
    } = *sources;
    let compiled = sources_of_extensions(modules);
    let accepted: Vec<(&Found, &Collected, &[u8])> = modules
        .values()
        .filter(|found| found.kind == ModuleKind::Source && is_python(&found.origin))
        .chain(&compiled)
        .filter_map(|found| {
            let file = collection.files.get(&found.origin)?;
            match &file.contents {
                Contents::Bytes(source) => Some((found, file, &**source)),
                _ => None,
            }
        })
        .collect();
    let scan = |&(found, file, source): &(&Found, &'_ Collected, &[u8])| {
        let name = dotted_name(&found.origin, roots);
        let context = Context {
            name: &name,
            is_package: found.is_package,
            may_be_main: true,
        };
        (file.clone(), imports::scan(source, context))
    };
    let scanned: Vec<(Collected, Imports)> =
        imports::in_pool(|| accepted.par_iter().map(scan).collect());
    let is_ours = |name: &str| {
        let top = name.split('.').next().unwrap_or(name);
        roots
            .iter()
            .any(|root| modules.contains_key(&(root.clone(), top.to_owned())))
    };
    let is_anywhere = |name: &str| {
        let top = name.split('.').next().unwrap_or(name);
        // A directory of that name is a namespace package.
        let is_directory = |root: &String| {
            let within = format!("{root}/{top}/");
            let next = collection.files.range(within.clone()..).next();
            next.is_some_and(|(path, _)| path.starts_with(&within))
        };
        library.modules().contains_key(top)
            || library.is_absent(name)
            || top == "__main__"
            || is_ours(name)
            || roots.iter().any(is_directory)
    };
    let missing = accepted
        .iter()
        .zip(&scanned)
        .flat_map(|((found, ..), (file, imports))| {
            let warnings = missing(file, imports, &is_anywhere);
            warnings
                .into_iter()
                .chain(computed(file, imports))
                .map(|warning| (found.origin.clone(), warning))
        })
        .collect();
    let names: Vec<String> = accepted
        .iter()
        .map(|(found, ..)| dotted_name(&found.origin, roots))
        .collect();
    let graph = names
        .iter()
        .zip(&scanned)
        .map(|(name, (_, imports))| (name.as_str(), imports))
        .collect();
    let started = accepted
        .iter()
        .zip(&names)
        .filter(|((found, ..), _)| runs(&found.origin));
    let start = started
        .map(|(_, name)| name)
        .chain(extra)
        .map(String::as_str);
    let certain = certain::certain(&graph, start);
    for (name, (file, imports)) in names.iter().zip(&scanned) {
        if certain.contains(name.as_str())
            && let Some(error) = unavailable(file, imports, library, &is_ours)
        {
            return Err(error);
        }
    }
    let existing: HashSet<String> = modules
        .keys()
        .map(|(directory, name)| module_name(&format!("{directory}/{name}"), roots))
        .collect();
    let exists = |name: &str| {
        let name = name.strip_suffix(".*").unwrap_or(name);
        existing.contains(name) || library.modules().contains_key(name)
    };
    let edges: Vec<Edges> = accepted
        .par_iter()
        .zip(&scanned)
        .map(|((found, _, source), (_, imports))| Edges {
            origin: found.origin.clone(),
            names: imports
                .lines(source)
                .into_iter()
                .filter(|(name, _)| exists(name))
                .map(|(name, line)| (name.to_owned(), line))
                .collect(),
        })
        .collect();
    let of_extensions = in_extensions(*sources, library);
    let imported: BTreeSet<String> = scanned
        .into_iter()
        .flat_map(|(_, imports)| imports.names.into_keys())
        .chain(
            of_extensions
                .iter()
                .flat_map(|edges| edges.names.keys().cloned()),
        )
        .chain(extra.iter().cloned())
        .collect();
    let traced: BTreeSet<String> = options
        .traced_modules
        .iter()
        .filter(|name| library.modules().contains_key(*name) && !library.is_absent(name))
        .cloned()
        .collect();
    let names = imported
        .iter()
        .map(String::as_str)
        .chain(include.names())
        .chain(traced.iter().map(String::as_str));
    let standard = library.closure(names, &|name| exclude.matches(name));
    let left_out = library
        .modules()
        .iter()
        .filter(|(name, module)| module.origin.is_some() && !standard.contains(*name))
        .map(|(name, _)| name.clone())
        .chain(library.absent().iter().cloned())
        .collect();
    Ok(Needs {
        standard,
        left_out,
        imported,
        edges: edges.into_iter().chain(of_extensions).collect(),
        traced,
        included: include.names().map(str::to_owned).collect(),
        missing,
    })
}

/// Where the sources of extension modules lie if they are installed beside them, as mypyc and Cython do it. They tell what the
/// machine code imports.
fn sources_of_extensions(modules: &Modules) -> Vec<Found> {
    modules
        .iter()
        .filter(|(_, found)| found.kind == ModuleKind::Extension)
        .map(|((directory, name), found)| {
            let package = if found.is_package { "/__init__" } else { "" };
            Found {
                kind: ModuleKind::Source,
                origin: format!("{directory}/{name}{package}.py"),
                ..*found
            }
        })
        .collect()
}

/// What extension modules without sources name.
fn in_extensions(sources: Sources, library: &StandardLibrary) -> Vec<Edges> {
    let files = &sources.collection.files;
    let names = extensions::Names::new(library);
    let with_sources = sources_of_extensions(sources.modules);
    sources
        .modules
        .values()
        .filter(|found| found.kind == ModuleKind::Extension)
        // In the same order.
        .zip(with_sources)
        .filter(|(_, source)| !files.contains_key(&source.origin))
        .collect::<Vec<_>>()
        .into_par_iter()
        .filter_map(|(found, _)| {
            let names = match &files.get(&found.origin)?.contents {
                Contents::Bytes(bytes) => names.within(bytes),
                Contents::Disk(path) => names.within(&fs_err::read(path).ok()?),
                Contents::Packed(_) => return None,
            };
            Some(Edges {
                origin: found.origin.clone(),
                names: names.into_iter().map(|name| (name, 0)).collect(),
            })
        })
        .collect()
}

/// The error for a module of the user's own that cannot be imported without a module that the
/// runtime lacks.
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

/// The warning of imports of computed names in a module of the user's own: one for all of them.
fn computed(file: &Collected, imports: &Imports) -> Option<Error> {
    let (Some(path), Contents::Bytes(source)) = (&file.own, &file.contents) else {
        return None;
    };
    let (function, place) = imports.computed.first()?;
    let more = match imports.computed.len() - 1 {
        0 => String::new(),
        more => format!(
            ", and {} in this file",
            crate::ui::format::count(more, "more import")
        ),
    };
    let warning = Error::new(
        Code::DynamicImport,
        format!("`{function}` is given a name that the source does not tell{more}"),
    );
    let hint = "name standard modules it may be with `--include-module`, or record a run with `fastice trace`";
    let place = place_of_span(path, source, place, "which module this is, is not known");
    Some(warning.hint(hint).at(place))
}

/// Warnings of modules that a module of the user's own cannot be imported without, and that nothing
/// provides.
fn missing(file: &Collected, imports: &Imports, is_anywhere: &dyn Fn(&str) -> bool) -> Vec<Error> {
    let (Some(path), Contents::Bytes(source)) = (&file.own, &file.contents) else {
        return Vec::new();
    };
    let mut names = BTreeSet::new();
    let mut warnings = Vec::new();
    for (name, span) in imports
        .unconditional
        .iter()
        .filter(|(name, _)| !is_anywhere(name))
    {
        let top = name.split('.').next().unwrap_or(name);
        if names.insert(top) {
            let warning = Error::new(
                Code::ModuleNotFound,
                format!("nothing provides the module `{top}`"),
            );
            let place = place_of_span(path, source, span, "this import will fail");
            let hint = "add the distribution that has it to the dependencies, or with `--with REQ`";
            warnings.push(warning.hint(hint).at(place));
        }
    }
    warnings
}

/// The dotted name under which the source at `path` is imported from one of `roots`; empty if from
/// none.
fn dotted_name(path: &str, roots: &[String]) -> String {
    path.strip_suffix(".py")
        .map(|stem| module_name(stem.strip_suffix("/__init__").unwrap_or(stem), roots))
        .unwrap_or_default()
}

/// The dotted name of the module that an import finds as `DIRECTORY/NAME`, from the closest of `roots`; empty if
/// from none.
pub(crate) fn module_name(key: &str, roots: &[String]) -> String {
    roots
        .iter()
        .filter_map(|root| key.strip_prefix(root.as_str())?.strip_prefix('/'))
        .min_by_key(|relative| relative.len())
        .map(|relative| relative.replace('/', "."))
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
