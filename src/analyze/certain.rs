//! Which modules run whenever the program does.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Imports;
use crate::runtime::prefixes;

/// The modules that the modules in `start` import for certain, directly or through one another: by
/// statements that nothing guards. So a module for another platform, imported where its platform is
/// asked for, is not among them.
pub(super) fn certain<'a>(
    graph: &BTreeMap<&'a str, &'a Imports>,
    start: impl Iterator<Item = &'a str>,
) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut queue: Vec<&str> = start.collect();
    while let Some(name) = queue.pop() {
        // Importing a module imports the packages around it.
        for name in prefixes(name) {
            if let Some((&name, imports)) = graph.get_key_value(name)
                && found.insert(name)
            {
                queue.extend(imports.unconditional.keys().map(String::as_str));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::imports::{Context, scan};

    #[test]
    fn follows_only_what_nothing_guards() {
        let sources = [
            (
                "main",
                "import a.b\ntry:\n    import windows\nexcept ImportError:\n    pass\n",
            ),
            ("a", "from a import c\n"),
            ("a.b", ""),
            ("a.c", "def f():\n    import lazy\n"),
            ("windows", "import winreg\n"),
            ("lazy", ""),
        ];
        let scanned = sources.map(|(name, source)| {
            let context = Context {
                name,
                is_package: name == "a",
                may_be_main: true,
            };
            (name, scan(source.as_bytes(), context))
        });
        let graph = scanned
            .iter()
            .map(|(name, imports)| (*name, imports))
            .collect();
        assert!(
            certain(&graph, ["main"].into_iter())
                .into_iter()
                .eq(["a", "a.b", "a.c", "main"])
        );
    }
}
