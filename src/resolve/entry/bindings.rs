//! The names that a module's top level binds, as far as its source says it.

use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// The names that statements bind at the top level of a module.
#[derive(Default)]
pub(super) struct Bound {
    pub(super) names: Vec<String>,
    /// Those of them that are functions.
    pub(super) functions: Vec<String>,
    /// More may be bound than can be seen.
    pub(super) unknown: bool,
}

impl Bound {
    /// What the module with this source binds; `None` if that is not Python.
    pub(super) fn by_module(source: &str) -> Option<Self> {
        let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
        if !parsed.errors().is_empty() {
            return None;
        }
        let mut bound = Self::default();
        bound.statements(&parsed.syntax().as_module()?.body);
        Some(bound)
    }

    fn statements(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
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
    fn names_bound_in_branches_count() {
        let source = "try:\n    from x import a\nexcept ImportError:\n    a = None\nif 1:\n    def b(): pass\nc, d = 1, 2\n";
        let bound = Bound::by_module(source).unwrap();
        for name in ["a", "b", "c", "d"] {
            assert!(bound.names.iter().any(|bound| bound == name), "{name}");
        }
        assert!(!bound.unknown);
    }
}
