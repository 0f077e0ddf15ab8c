//! Editable installations (PEP 660) whose start-up code maps names of modules to their sources: what setuptools and the
//! library `editables` (hatchling, pdm) write into the tree.

use std::path::PathBuf;

use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use crate::analyze::imports;

/// Name of a module or package, and where it is: its directory, or its source with or without `.py`.
pub(super) type Mapping = Vec<(String, PathBuf)>;

/// The module that a line of a `.pth` file imports, if it is one of those that editable installations leave.
pub(super) fn hook_of(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("import")?.trim_start();
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    let name = &rest[..end];
    is_hook(name).then_some(name)
}

/// Is it a name that back ends give to the code of an editable installation?
pub(super) fn is_hook(module: &str) -> bool {
    module.starts_with('_') && module.contains("editable")
}

/// What the hook with this source maps; `None` if it does something else.
pub(super) fn mapping(source: &str) -> Option<Mapping> {
    imports::in_pool(|| {
        let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
        let module = parsed.syntax().as_module()?;
        let table = module.body.iter().find_map(|statement| match statement {
            Stmt::AnnAssign(assign) if is_named(&assign.target, "MAPPING") => {
                assign.value.as_deref().and_then(dictionary)
            }
            Stmt::Assign(assign) if assign.targets.iter().any(|t| is_named(t, "MAPPING")) => {
                dictionary(&assign.value)
            }
            _ => None,
        });
        let calls: Mapping = module.body.iter().filter_map(map_module).collect();
        table.or_else(|| (!calls.is_empty()).then_some(calls))
    })
}

fn is_named(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Name(found) if found.id == name)
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    }
}

/// `{'name': 'path'}`.
fn dictionary(expression: &Expr) -> Option<Mapping> {
    let Expr::Dict(dictionary) = expression else {
        return None;
    };
    dictionary
        .items
        .iter()
        .map(|item| Some((text(item.key.as_ref()?)?, PathBuf::from(text(&item.value)?))))
        .collect()
}

/// `F.map_module('name', 'path')`.
fn map_module(statement: &Stmt) -> Option<(String, PathBuf)> {
    let Stmt::Expr(statement) = statement else {
        return None;
    };
    let Expr::Call(ExprCall {
        func, arguments, ..
    }) = &*statement.value
    else {
        return None;
    };
    match (&**func, &*arguments.args) {
        (Expr::Attribute(function), [name, path]) if function.attr.as_str() == "map_module" => {
            Some((text(name)?, PathBuf::from(text(path)?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_back_ends_write() {
        let setuptools = "from __future__ import annotations\nMAPPING: dict[str, str] = {'a': '/s/a', 'b.c': '/s/c'}\n\
                          NAMESPACES: dict[str, list[str]] = {}\n";
        let expected = [("a".into(), "/s/a".into()), ("b.c".into(), "/s/c".into())];
        assert_eq!(mapping(setuptools).as_deref(), Some(&expected[..]));
        let hatchling = "from editables.redirector import RedirectingFinder as F\nF.install()\nF.map_module('a', '/s/a/__init__.py')\n";
        let expected = [("a".into(), "/s/a/__init__.py".into())];
        assert_eq!(mapping(hatchling).as_deref(), Some(&expected[..]));
        assert_eq!(mapping("def install(): pass\n"), None);
    }

    #[test]
    fn knows_hooks_by_their_names() {
        let line = "import __editable___a_1_0_finder; __editable___a_1_0_finder.install()";
        assert_eq!(hook_of(line), Some("__editable___a_1_0_finder"));
        assert_eq!(hook_of("import _editable_impl_a"), Some("_editable_impl_a"));
        assert_eq!(
            hook_of("import _a_editable_loader"),
            Some("_a_editable_loader")
        );
        assert_eq!(hook_of("import os; os.x()"), None);
    }
}
