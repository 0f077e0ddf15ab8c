//! What happened when the modules of a program were imported once, as `templates/bootstrap/survey.py` tells it.

use std::collections::{HashMap, HashSet};

/// What a module does when it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) module: String,
    pub(super) kind: FactKind,
    /// `asks for the time`, or the name of a variable.
    pub(super) text: String,
    pub(super) file: String,
    pub(super) line: u32,
    /// The line of the module's top level that was executed; 0 if it is not known.
    pub(super) own_line: u32,
}

/// A statement of a module that each process can execute once more, as what it asks changes nothing and the answer was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Where it begins.
    pub(super) line: u32,
    /// The variables that it sets, separated by commas.
    pub(super) names: String,
    /// Its text, with `\\n` for the end of a line.
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FactKind {
    /// It asks the machine.
    Question,
    /// It changes something outside of its memory.
    State,
    /// It reads a variable of the environment.
    Environment,
    /// It is a native library.
    Library,
}

/// The protocol of the imports.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// In the order in which they began.
    pub(super) begun: Vec<String>,
    /// Those that were there at the end.
    pub(super) loaded: HashSet<String>,
    /// Those of the standard library.
    pub(super) standard: HashSet<String>,
    /// For each module, those that it imported.
    pub(super) needs: HashMap<String, HashSet<String>>,
    pub(super) facts: Vec<Fact>,
    /// By module and line of the question.
    pub(super) statements: HashMap<(String, u32), Statement>,
    /// Functions of the standard library that were replaced, and by whose.
    pub(super) patched: Vec<(String, String)>,
    /// Imports that failed, and why.
    pub(super) failed: Vec<(String, String)>,
}

impl Survey {
    /// Reads it. Lines that say something else are none of ours.
    pub(super) fn parse(text: &str) -> Self {
        let mut survey = Self::default();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                ["begin", name, origin] => {
                    if origin == "standard" {
                        survey.standard.insert(name.to_owned());
                    }
                    survey.begun.push(name.to_owned());
                }
                ["loaded", name] => {
                    survey.loaded.insert(name.to_owned());
                }
                ["needs", from, to] => {
                    let needs = survey.needs.entry(from.to_owned()).or_default();
                    needs.insert(to.to_owned());
                }
                ["again", module, asked, line, names, text] => {
                    let statement = Statement {
                        line: line.parse().unwrap_or_default(),
                        names: names.to_owned(),
                        text: text.to_owned(),
                    };
                    let at = (module.to_owned(), asked.parse().unwrap_or_default());
                    survey.statements.insert(at, statement);
                }
                ["fact", module, kind, text, file, line, own_line] => {
                    let kind = match kind {
                        "library" => FactKind::Library,
                        "environment" => FactKind::Environment,
                        "question" => FactKind::Question,
                        _ => FactKind::State,
                    };
                    survey.facts.push(Fact {
                        module: module.to_owned(),
                        kind,
                        text: text.to_owned(),
                        file: file.to_owned(),
                        line: line.parse().unwrap_or_default(),
                        own_line: own_line.parse().unwrap_or_default(),
                    });
                }
                ["patched", what, by] => survey.patched.push((what.to_owned(), by.to_owned())),
                ["failed", name, why] => survey.failed.push((name.to_owned(), why.to_owned())),
                _ => {}
            }
        }
        survey
    }
}
