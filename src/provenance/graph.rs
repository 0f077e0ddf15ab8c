//! The import graph of an executable, and the shortest way through it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use serde::Serialize;

use super::Provenance;
use crate::runtime::prefixes;

/// Modules and the imports between them.
pub struct Graph {
    nodes: Vec<Node>,
    by_name: BTreeMap<String, usize>,
    /// What the program begins with.
    entry: Vec<usize>,
    /// What the interpreter itself needs.
    always: BTreeSet<usize>,
    /// What `--include-module` names.
    included: BTreeSet<usize>,
    /// What a traced run imported.
    traced: BTreeSet<usize>,
}

/// A module, or the script that runs.
struct Node {
    /// Its dotted name; empty for a script.
    name: String,
    /// Its file, below the root; none for a module in the interpreter.
    path: Option<String>,
    imports: Vec<Edge>,
}

/// An import.
#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    line: Option<u32>,
}

/// What brings a module in besides imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The program begins with it.
    Entry,
    /// The interpreter itself needs it.
    Interpreter,
    /// `--include-module` named it.
    Flag,
    /// A traced run imported it.
    Trace,
}

/// A module as [`Graph::modules`] tells it.
pub struct Module<'a> {
    /// Its dotted name; empty for a script.
    pub name: &'a str,
    /// Its file, below the root; none for a module in the interpreter.
    pub path: Option<&'a str>,
    /// What brought it in besides imports.
    pub reasons: Vec<Reason>,
    /// What it imports: the position among the modules, and the line if a line shows it.
    pub imports: Box<dyn Iterator<Item = (usize, Option<u32>)> + 'a>,
}

/// How an import is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The source names the module.
    Static,
    /// fastice knows that the module imports it, although its source does not name it.
    Rule,
}

/// One step of a chain: a file imports a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The file that imports, below the root; none for a module in the interpreter.
    pub path: Option<String>,
    /// The module that imports; empty for a script.
    pub module: String,
    /// The line in the file, counted from 1. None for a rule, and for machine code.
    pub line: Option<u32>,
    /// The module that is imported.
    pub imports: String,
    /// How that is known.
    pub how: How,
}

/// A module of an image: dotted name and path of its file.
pub(crate) type Known = (String, String);

impl Graph {
    /// Links `modules` by what `record` says. `start` is the file that runs, if a file runs.
    pub(crate) fn new(record: &Provenance, modules: Vec<Known>, start: Option<&str>) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            by_name: BTreeMap::new(),
            entry: Vec::new(),
            always: BTreeSet::new(),
            included: BTreeSet::new(),
            traced: BTreeSet::new(),
        };
        let mut by_path = HashMap::new();
        for (name, path) in modules {
            let at = graph.add(name, Some(path.clone()));
            by_path.insert(path, at);
        }
        if let Some(path) = start {
            let at = by_path
                .entry(path.to_owned())
                .or_insert_with(|| graph.add(String::new(), Some(path.to_owned())));
            graph.entry.push(*at);
        }
        // What is left has no file: it is part of the interpreter.
        for name in &record.names {
            if !name.ends_with(".*") && !graph.by_name.contains_key(name) {
                graph.add(name.clone(), None);
            }
        }
        let children = graph.children();
        for (path, names) in &record.imports {
            let Some(&from) = by_path.get(path) else {
                continue;
            };
            for pair in names.chunks_exact(2) {
                let found = graph.named(record.name(pair[0]), &children);
                graph.link(from, &found, Some(pair[1]));
            }
        }
        for (name, names) in &record.rules {
            let Some(&from) = graph.by_name.get(name) else {
                continue;
            };
            for &position in names {
                let found = graph.named(record.name(position), &children);
                graph.link(from, &found, None);
            }
        }
        let all = |positions: &[u32]| -> Vec<usize> {
            positions
                .iter()
                .flat_map(|&position| graph.named(record.name(position), &children))
                .collect()
        };
        let (always, included, traced, entry) = (
            all(&record.always),
            all(&record.included),
            all(&record.traced),
            all(&record.entry),
        );
        graph.always.extend(always);
        graph.included.extend(included);
        graph.traced.extend(traced);
        graph.entry.extend(entry);
        graph
    }

    fn add(&mut self, name: String, path: Option<String>) -> usize {
        let at = self.nodes.len();
        if !name.is_empty() {
            self.by_name.insert(name.clone(), at);
        }
        self.nodes.push(Node {
            name,
            path,
            imports: Vec::new(),
        });
        at
    }

    /// The modules directly in each package.
    fn children(&self) -> HashMap<String, Vec<usize>> {
        let mut children: HashMap<String, Vec<usize>> = HashMap::new();
        for (name, &at) in &self.by_name {
            if let Some((package, _)) = name.rsplit_once('.') {
                children.entry(package.to_owned()).or_default().push(at);
            }
        }
        children
    }

    /// What an import of `name` runs.
    fn named(&self, name: Option<&str>, children: &HashMap<String, Vec<usize>>) -> Vec<usize> {
        let Some(name) = name else {
            return Vec::new();
        };
        let (base, all) = match name.strip_suffix(".*") {
            Some(base) => (base, children.get(base)),
            None => (name, None),
        };
        prefixes(base)
            .filter_map(|prefix| self.by_name.get(prefix).copied())
            .chain(all.into_iter().flatten().copied())
            .collect()
    }

    fn link(&mut self, from: usize, to: &[usize], line: Option<u32>) {
        let edges = to
            .iter()
            .filter(|&&to| to != from)
            .map(|&to| Edge { to, line });
        self.nodes[from].imports.extend(edges);
    }

    /// Is there such a module?
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Every module by its dotted name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Every module.
    pub fn modules(&self) -> impl Iterator<Item = Module<'_>> {
        self.nodes.iter().enumerate().map(|(at, node)| Module {
            name: &node.name,
            path: node.path.as_deref(),
            reasons: self.reasons_of(at),
            imports: Box::new(node.imports.iter().map(|edge| (edge.to, edge.line))),
        })
    }

    /// The file of a module, below the root.
    pub fn path(&self, name: &str) -> Option<&str> {
        let node = &self.nodes[*self.by_name.get(name)?];
        node.path.as_deref()
    }

    /// What brings a module in besides imports.
    pub fn reasons(&self, name: &str) -> Vec<Reason> {
        let at = self.by_name.get(name);
        at.map_or_else(Vec::new, |&at| self.reasons_of(at))
    }

    fn reasons_of(&self, at: usize) -> Vec<Reason> {
        [
            (Reason::Entry, self.entry.contains(&at)),
            (Reason::Interpreter, self.always.contains(&at)),
            (Reason::Flag, self.included.contains(&at)),
            (Reason::Trace, self.traced.contains(&at)),
        ]
        .into_iter()
        .filter_map(|(reason, holds)| holds.then_some(reason))
        .collect()
    }

    /// What the program begins with; a script has no name.
    pub fn entry_names(&self) -> impl Iterator<Item = &str> {
        self.entry.iter().map(|&at| self.nodes[at].name.as_str())
    }

    /// The modules that import `name`, each with its file.
    pub fn importers<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let target = self.by_name.get(name).copied();
        self.nodes
            .iter()
            .filter(move |node| node.imports.iter().any(|edge| Some(edge.to) == target))
            .map(|node| (node.name.as_str(), node.path.as_deref()))
    }

    /// The shortest chains to a module, one for each module that imports it, the shortest first. They begin with what runs; those of
    /// importers that nothing leads to begin with the importer.
    pub fn chains(&self, name: &str) -> Vec<Vec<Step>> {
        let Some(&target) = self.by_name.get(name) else {
            return Vec::new();
        };
        let before = self.search();
        let mut chains: Vec<(bool, Vec<Step>)> = Vec::new();
        for (from, node) in self.nodes.iter().enumerate() {
            let Some(edge) = node.imports.iter().find(|edge| edge.to == target) else {
                continue;
            };
            let mut chain = vec![self.step(from, *edge)];
            let mut at = from;
            while let Some((importer, edge)) = before.get(&at).copied().flatten() {
                chain.push(self.step(importer, edge));
                at = importer;
            }
            chain.reverse();
            let is_loop = chain
                .iter()
                .take(chain.len() - 1)
                .any(|step| step.imports == name);
            if !is_loop {
                chains.push((!before.contains_key(&from), chain));
            }
        }
        chains.sort_by_key(|(unreached, chain)| (*unreached, chain.len()));
        chains.into_iter().map(|(_, chain)| chain).collect()
    }

    /// Does anything lead from what runs to the module?
    pub fn is_reached(&self, name: &str) -> bool {
        let at = self.by_name.get(name);
        at.is_some_and(|at| self.search().contains_key(at))
    }

    /// From what runs, breadth first: how each module was come to.
    fn search(&self) -> HashMap<usize, Option<(usize, Edge)>> {
        let mut before: HashMap<usize, Option<(usize, Edge)>> =
            self.entry.iter().map(|&at| (at, None)).collect();
        let mut queue: VecDeque<usize> = self.entry.iter().copied().collect();
        while let Some(from) = queue.pop_front() {
            for &edge in &self.nodes[from].imports {
                if let std::collections::hash_map::Entry::Vacant(slot) = before.entry(edge.to) {
                    slot.insert(Some((from, edge)));
                    queue.push_back(edge.to);
                }
            }
        }
        before
    }

    fn step(&self, from: usize, edge: Edge) -> Step {
        let node = &self.nodes[from];
        Step {
            path: node.path.clone(),
            module: node.name.clone(),
            // Machine code has none.
            line: edge.line.filter(|line| *line > 0),
            imports: self.nodes[edge.to].name.clone(),
            how: if edge.line.is_some() {
                How::Static
            } else {
                How::Rule
            },
        }
    }
}
