//! Which modules of a program can be in its snapshot: those whose import asks nothing of the machine, and needs no module that
//! does. Each process imports the others, when the program does.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use fastice_image::Guard;
use serde::{Deserialize, Serialize};

use super::survey::{FactKind, Statement, Survey};

/// What is told about the modules of the program in a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What was to be imported, by the configuration; nothing for the program's own first imports.
    pub preload: Vec<String>,
    /// The modules in it, besides those that every snapshot has, in the order of their import.
    pub modules: Vec<String>,
    /// Modules that are imported by each process, and why.
    pub left_out: Vec<LeftOut>,
    /// Imports that failed, and how.
    pub failed: BTreeMap<String, String>,
}

/// A module that is not in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub module: String,
    /// What it does when it is imported: `asks for the time`.
    pub reason: String,
    /// Where it does that: a file below `/fastice`, or nothing.
    pub file: Option<String>,
    /// The line there, from 1.
    pub line: Option<u32>,
    /// It does nothing of the kind itself, but the reason is in another module.
    pub is_follower: bool,
    /// It is a native library, or needs one.
    pub is_native: bool,
}

impl LeftOut {
    /// Where it is.
    pub fn place(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.clone(),
        })
    }
}

/// Variables that are set nearly everywhere, to something else nearly everywhere: to want them unset, as in the process that makes
/// a snapshot, would be to have none.
const COMMON: &[&str] = &[
    "COLORTERM",
    "COLUMNS",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "EDITOR",
    "HOME",
    "HOSTNAME",
    "LANG",
    "LANGUAGE",
    "LINES",
    "LOGNAME",
    "LS_COLORS",
    "MAIL",
    "OLDPWD",
    "PAGER",
    "PATH",
    "PWD",
    "SHELL",
    "SHLVL",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    "VISUAL",
    "WAYLAND_DISPLAY",
    "_",
];
const COMMON_BEGINNINGS: &[&str] = &["LC_", "SSH_", "SUDO_", "XDG_"];

fn is_common(variable: &str) -> bool {
    COMMON.contains(&variable)
        || COMMON_BEGINNINGS
            .iter()
            .any(|begin| variable.starts_with(begin))
}

/// Modules of the standard library that may ask: what they keep of the answer is found out again by each process
/// (`templates/bootstrap/snapshot.py`), the same on every Linux, or compared with the truth before it is used.
const REFRESHED: &[&str] = &[
    "_strptime",
    "ctypes",
    "logging",
    "multiprocessing.process",
    "multiprocessing.spawn",
    "platform",
    "random",
    "secrets",
    "subprocess",
    "sysconfig",
    "tempfile",
    "threading",
    "uuid",
];

/// What can be in a snapshot.
pub(super) struct Selection {
    pub(super) contents: Contents,
    /// What the environment must be for it.
    pub(super) guards: Vec<Guard>,
    /// Statements that each process executes again, by module.
    pub(super) statements: Vec<(String, Statement)>,
}

/// Chooses. `variables` has those that the program sets itself, `refused` modules that proved to be different from process to
/// process.
pub(super) fn select(
    survey: &Survey,
    variables: &BTreeMap<String, String>,
    refused: &[LeftOut],
) -> Selection {
    let mut left_out = Refusals::default();
    for module in refused {
        left_out.add(module.clone());
    }
    let mut statements = Vec::new();
    for fact in &survey.facts {
        let is_state = match fact.kind {
            FactKind::Environment => is_common(&fact.text) && !variables.contains_key(&fact.text),
            FactKind::State | FactKind::Question => {
                !(survey.standard.contains(&fact.module)
                    && REFRESHED.contains(&fact.module.as_str()))
            }
            FactKind::Library => true,
        };
        let again = survey
            .statements
            .get(&(fact.module.clone(), fact.own_line))
            .filter(|_| matches!(fact.kind, FactKind::Question | FactKind::Environment));
        if is_state && let Some(statement) = again {
            let statement = (fact.module.clone(), statement.clone());
            if !statements.contains(&statement) {
                statements.push(statement);
            }
        } else if is_state {
            let reason = match fact.kind {
                FactKind::Environment => format!("reads the variable {}", fact.text),
                _ => fact.text.clone(),
            };
            left_out.add(LeftOut {
                module: fact.module.clone(),
                reason,
                file: (!fact.file.is_empty()).then(|| fact.file.clone()),
                line: (fact.line > 0).then_some(fact.line),
                is_follower: false,
                is_native: fact.kind == FactKind::Library,
            });
        }
    }
    left_out.follow(survey);
    left_out.keep_order(survey);
    left_out.follow(survey);

    let modules: Vec<String> = survey
        .begun
        .iter()
        .filter(|name| survey.loaded.contains(*name) && !left_out.contains(name))
        .cloned()
        .collect();
    let inside: HashSet<&String> = modules.iter().collect();
    statements.retain(|(module, _)| inside.contains(module));
    let guards: BTreeSet<&str> = survey
        .facts
        .iter()
        .filter(|fact| {
            fact.kind == FactKind::Environment
                && inside.contains(&fact.module)
                && (variables.contains_key(&fact.text) || !is_common(&fact.text))
        })
        .map(|fact| fact.text.as_str())
        .collect();
    Selection {
        statements,
        guards: guards
            .into_iter()
            .map(|name| Guard {
                name: name.to_owned(),
                value: variables.get(name).cloned(),
            })
            .collect(),
        contents: Contents {
            preload: Vec::new(),
            modules,
            left_out: left_out.list,
            failed: survey.failed.iter().cloned().collect(),
        },
    }
}

/// Modules that are left out, the first reason of each.
#[derive(Default)]
struct Refusals {
    list: Vec<LeftOut>,
    at: HashMap<String, usize>,
}

impl Refusals {
    fn contains(&self, module: &str) -> bool {
        self.at.contains_key(module)
    }

    fn add(&mut self, module: LeftOut) {
        if !self.contains(&module.module) {
            self.at.insert(module.module.clone(), self.list.len());
            self.list.push(module);
        }
    }

    /// Whatever imports one of them, or lies in one of them, is one as well.
    fn follow(&mut self, survey: &Survey) {
        let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
        for (from, to) in &survey.needs {
            for to in to {
                users.entry(to).or_default().push(from);
            }
        }
        for name in &survey.begun {
            if let Some((parent, _)) = name.rsplit_once('.') {
                users.entry(parent).or_default().push(name);
            }
        }
        for users in users.values_mut() {
            users.sort_unstable();
        }
        let mut waiting: VecDeque<String> =
            self.list.iter().map(|one| one.module.clone()).collect();
        while let Some(module) = waiting.pop_front() {
            let cause = self.list[self.at[&module]].clone();
            for user in users.get(module.as_str()).into_iter().flatten() {
                if self.contains(user) {
                    continue;
                }
                let reason = if cause.is_follower {
                    cause.reason.clone()
                } else {
                    format!("needs {}, which {}", cause.module, cause.reason)
                };
                self.add(LeftOut {
                    module: (*user).to_owned(),
                    reason,
                    is_follower: true,
                    ..cause.clone()
                });
                waiting.push_back((*user).to_owned());
            }
        }
    }

    /// Modules of one package may count on the order in which they are imported: behind the first of a package that is left out, all
    /// are. Where the standard library itself was changed, that holds for all modules.
    fn keep_order(&mut self, survey: &Survey) {
        let top = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
        let mut broken: HashMap<String, String> = HashMap::new();
        let mut first = None;
        for name in &survey.begun {
            if self.contains(name) {
                first.get_or_insert_with(|| name.clone());
                if !survey.standard.contains(name) {
                    broken.entry(top(name)).or_insert_with(|| name.clone());
                }
                continue;
            }
            let patched = survey.patched.first().zip(first.as_ref());
            let (reason, before) = if let Some(((what, by), before)) = patched {
                let reason = format!("is imported after {before}, and {by} changes {what}");
                (reason, before.clone())
            } else if let Some(before) = broken
                .get(&top(name))
                .filter(|_| !survey.standard.contains(name))
            {
                let reason = format!("is imported after {before}, which is left out");
                (reason, before.clone())
            } else {
                continue;
            };
            let is_native = self.list[self.at[&before]].is_native;
            self.add(LeftOut {
                module: name.clone(),
                reason,
                file: None,
                line: None,
                is_follower: true,
                is_native,
            });
        }
    }
}
