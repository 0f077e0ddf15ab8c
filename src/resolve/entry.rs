//! What runs: choosing it, and checking that it is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::Entry;
use crate::ui::format;
use crate::{Code, Error, Result};

/// Parses `pkg.mod:func.attr`, as an entry point is written; extras in brackets after it mean nothing today.
///
/// # Errors
/// [`Code::InvalidEntry`].
pub(super) fn parse(text: &str) -> Result<Entry> {
    let reference = text.split('[').next().unwrap_or(text).trim();
    let parts = reference.split_once(':').map(|(m, a)| (m.trim(), a.trim()));
    match parts {
        Some((module, attribute)) if is_dotted(module) && is_dotted(attribute) => {
            Ok(Entry::Function {
                module: module.to_owned(),
                attribute: attribute.to_owned(),
            })
        }
        _ => Err(
            Error::new(Code::InvalidEntry, format!("`{text}` is no entry")).hint(
                "write module and function, `pkg.mod:func`; to run a module use `-m pkg.mod`",
            ),
        ),
    }
}

/// Parses the name of a module.
///
/// # Errors
/// [`Code::InvalidEntry`].
pub(super) fn parse_module(text: &str) -> Result<Entry> {
    if is_dotted(text) {
        return Ok(Entry::Module(text.to_owned()));
    }
    let hint = if text.contains(':') {
        format!("to call a function use `-e {text}`")
    } else {
        "write the name with dots, as after `python -m`".to_owned()
    };
    Err(Error::new(
        Code::InvalidEntry,
        format!("`{text}` is no name of a module"),
    )
    .hint(hint))
}

fn is_dotted(text: &str) -> bool {
    let is_identifier = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('.').all(is_identifier)
}

/// Chooses among console scripts: the one called `wanted`, else the only one. Returns its name and entry.
///
/// # Errors
/// [`Code::NoEntry`], [`Code::SeveralEntries`], [`Code::NoSuchScript`]; `whose` begins their sentence.
pub(super) fn choose(
    scripts: &BTreeMap<String, String>,
    wanted: Option<&str>,
    whose: &str,
) -> Result<(String, Entry)> {
    if let Some(wanted) = wanted {
        let Some(entry) = scripts.get(wanted) else {
            let error = Error::new(
                Code::NoSuchScript,
                format!("{whose} has no console script `{wanted}`"),
            );
            return Err(if scripts.is_empty() {
                error.hint("it has none at all; choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`")
            } else {
                error.hint(format!("it has {}", names(scripts)))
            });
        };
        return Ok((wanted.to_owned(), parse(entry)?));
    }
    let mut all = scripts.iter();
    match (all.next(), all.next()) {
        (None, _) => Err(
            Error::new(Code::NoEntry, format!("{whose} has no console script"))
                .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"),
        ),
        (Some((name, entry)), None) => Ok((name.clone(), parse(entry)?)),
        (Some((first, _)), Some(_)) => Err(Error::new(
            Code::SeveralEntries,
            format!("{whose} has several console scripts: {}", names(scripts)),
        )
        .hint(format!("choose one: `--script {first}`"))),
    }
}

fn names(scripts: &BTreeMap<String, String>) -> String {
    scripts
        .keys()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Checks that what runs exists below one of `roots` (directories of `sys.path`).
///
/// # Errors
/// [`Code::NoSuchModule`], [`Code::NoSuchFunction`].
pub(super) fn check(entry: &Entry, roots: &[&Path]) -> Result<()> {
    match entry {
        Entry::Function { module, attribute } => {
            let found = find(module, roots).ok_or_else(|| no_such_module(module, roots))?;
            check_attribute(module, attribute, &found)
        }
        Entry::Module(name) => match find(name, roots) {
            None => Err(no_such_module(name, roots)),
            Some(Found::File(path)) if path.ends_with("__init__.py") => {
                let main = format!("{name}.__main__");
                find(&main, roots).map(|_| ()).ok_or_else(|| {
                    Error::new(
                        Code::NoSuchModule,
                        format!("the package `{name}` cannot be run: it has no `__main__`"),
                    )
                    .hint("choose a function with `-e PKG.MOD:FUNC`, or another module")
                })
            }
            Some(Found::Namespace) if find(&format!("{name}.__main__"), roots).is_none() => {
                Err(no_such_module(name, roots))
            }
            Some(_) => Ok(()),
        },
        Entry::Script(_) | Entry::Directory => Ok(()),
    }
}

/// Where a module was found.
enum Found {
    /// A file that defines it.
    File(PathBuf),
    /// A directory without `__init__`.
    Namespace,
}

fn find(module: &str, roots: &[&Path]) -> Option<Found> {
    let relative: PathBuf = module.split('.').collect();
    let mut namespace = None;
    for root in roots {
        let path = root.join(&relative);
        let init = path.join("__init__.py");
        if init.is_file() {
            return Some(Found::File(init));
        }
        let name = path.file_name()?.to_str()?.to_owned();
        let directory = path.parent()?;
        let source = directory.join(format!("{name}.py"));
        if source.is_file() {
            return Some(Found::File(source));
        }
        let compiled = fs_err::read_dir(directory)
            .into_iter()
            .flatten()
            .flatten()
            .find(|file| is_compiled(&file.path(), &name));
        if let Some(file) = compiled {
            return Some(Found::File(file.path()));
        }
        if path.is_dir() {
            namespace = Some(Found::Namespace);
        }
    }
    namespace
}

/// Is `path` an extension module or sourceless byte code called `name`: `name.cpython-313-x86_64-linux-gnu.so`, `name.pyc`?
fn is_compiled(path: &Path, name: &str) -> bool {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    file.split('.').next() == Some(name)
        && path
            .extension()
            .is_some_and(|extension| extension == "so" || extension == "pyc")
}

fn no_such_module(module: &str, roots: &[&Path]) -> Error {
    let error = Error::new(Code::NoSuchModule, format!("there is no module `{module}`"));
    // The deepest package that does exist says where the name goes wrong.
    let mut parent = module;
    while let Some((shorter, _)) = parent.rsplit_once('.') {
        parent = shorter;
        if find(parent, roots).is_some() {
            return error.hint(format!(
                "the package `{parent}` exists; check the name after it"
            ));
        }
    }
    error.hint("check the name; the module must be part of the project or of its dependencies")
}

/// Looks for the first part of `attribute` among the names that the module's top level binds. What cannot be read for
/// certain (extension modules, star imports, a module `__getattr__`) passes.
fn check_attribute(module: &str, attribute: &str, found: &Found) -> Result<()> {
    let Found::File(path) = found else {
        return Ok(());
    };
    let first = attribute.split('.').next().unwrap_or(attribute);
    if path.extension().is_none_or(|extension| extension != "py") {
        return Ok(());
    }
    let Ok(source) = fs_err::read(path) else {
        return Ok(());
    };
    let source = String::from_utf8_lossy(&source);
    let parsed = parse_unchecked(&source, ParseOptions::from(Mode::Module));
    let mut bound = Bound::default();
    if !parsed.errors().is_empty() {
        return Ok(());
    }
    if let Some(body) = parsed.syntax().as_module() {
        bound.statements(&body.body);
    }
    if bound.unknown || bound.names.iter().any(|name| name == first) {
        return Ok(());
    }
    let submodule = path.ends_with("__init__.py")
        && path.parent().is_some_and(|directory| {
            directory.join(format!("{first}.py")).exists() || directory.join(first).is_dir()
        });
    if submodule {
        return Ok(());
    }
    bound.names.retain(|name| !name.starts_with('_'));
    let error = Error::new(
        Code::NoSuchFunction,
        format!("the module `{module}` does not define `{first}`"),
    );
    let functions = bound
        .functions
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"));
    let functions = functions.collect::<Vec<_>>().join(", ");
    Err(if functions.is_empty() {
        error.hint(format!("it is read from {}", format::path(path)))
    } else {
        error.hint(format!("it defines {functions}"))
    })
}

/// The names that statements bind at the top level of a module.
#[derive(Default)]
struct Bound {
    names: Vec<String>,
    functions: Vec<String>,
    /// More may be bound than can be seen.
    unknown: bool,
}

impl Bound {
    fn statements(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.unknown |= function.name.as_str() == "__getattr__";
                self.names.push(function.name.to_string());
                self.functions.push(function.name.to_string());
            }
            Stmt::ClassDef(class) => self.names.push(class.name.to_string()),
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AnnAssign(assign) => self.target(&assign.target),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.names
                        .push(name.split('.').next().unwrap_or(name).to_owned());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.unknown |= alias.name.as_str() == "*";
                    self.names
                        .push(alias.asname.as_ref().unwrap_or(&alias.name).to_string());
                }
            }
            Stmt::If(branch) => {
                self.statements(&branch.body);
                for clause in &branch.elif_else_clauses {
                    self.statements(&clause.body);
                }
            }
            Stmt::Try(attempt) => {
                self.statements(&attempt.body);
                for handler in &attempt.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.statements(&handler.body);
                }
                self.statements(&attempt.orelse);
                self.statements(&attempt.finalbody);
            }
            Stmt::With(with) => self.statements(&with.body),
            // Loops, matches and expressions with side effects on `globals()` are rare here; they are not judged.
            Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => self.unknown = true,
            _ => {}
        }
    }

    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.names.push(name.id.to_string()),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.target(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.target(element)),
            // `globals()["x"] = …` and `sys.modules[__name__] = …` bind what cannot be seen.
            Expr::Subscript(_) => self.unknown = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_a_module_and_an_attribute() {
        let entry = |module: &str, attribute: &str| Entry::Function {
            module: module.to_owned(),
            attribute: attribute.to_owned(),
        };
        assert_eq!(parse("a.b:c.d").unwrap(), entry("a.b", "c.d"));
        assert_eq!(parse(" a : c [extra]").unwrap(), entry("a", "c"));
        for text in ["a.b", "a:", ":b", "a-b:c", "a..b:c", "a:b:c"] {
            assert_eq!(
                parse(text).unwrap_err().code(),
                Code::InvalidEntry,
                "{text}"
            );
        }
    }

    #[test]
    fn names_bound_in_branches_count() {
        let source = "try:\n    from x import a\nexcept ImportError:\n    a = None\nif 1:\n    def b(): pass\nc, d = 1, 2\n";
        let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
        let mut bound = Bound::default();
        bound.statements(&parsed.syntax().as_module().unwrap().body);
        for name in ["a", "b", "c", "d"] {
            assert!(bound.names.iter().any(|bound| bound == name), "{name}");
        }
        assert!(!bound.unknown);
    }
}
