//! What is known about the few distributions that need more than their own files: `templates/rules/*.toml`.
//!
//! A rule is the last resort, for what no general mechanism can find out. Each has a reason and names its test.

use std::collections::BTreeMap;
use std::path::PathBuf;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::collect::startup::Line;
use crate::collect::{Collected, Collection, Owner};
use crate::ui::Reporter;
use crate::write::Contents;
use crate::{Code, Error, Result};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/rules");

/// A file of `templates/rules`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rule {
    /// Normalized name of the distribution.
    distribution: String,
    /// Why it needs a rule.
    reason: String,
    /// Where it is tested.
    #[allow(
        dead_code,
        reason = "for readers, and for the test that wants it to be there"
    )]
    test: String,
    /// Files of this machine: path below the root, and where they may be.
    #[serde(default)]
    files: BTreeMap<String, Vec<PathBuf>>,
    /// Variables of the environment that are set unless they are there, if all files were found.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Files or directories below the root that other programs must be able to open.
    #[serde(default)]
    real: Vec<String>,
}

/// Does for the distributions in `collection` what their rules say.
///
/// # Errors
/// [`Code::DamagedRuntime`] if a rule cannot be read: a mistake of ours.
pub(crate) fn apply(collection: &mut Collection, reporter: &dyn Reporter) -> Result<()> {
    for rule in all()? {
        let is_there = collection.shares.iter().any(
            |owner| matches!(owner, Owner::Distribution(name, _) if *name == rule.distribution),
        );
        if is_there {
            reporter.detail(&format!("{}: {}", rule.distribution, rule.reason));
            rule.apply(collection, reporter);
        }
    }
    Ok(())
}

/// All rules, sorted by the names of their files.
fn all() -> Result<Vec<Rule>> {
    let mut files: Vec<_> = TEMPLATES.files().collect();
    files.sort_by_key(|file| file.path());
    files
        .into_iter()
        .map(|file| {
            let text = file.contents_utf8().unwrap_or_default();
            toml::from_str(text).map_err(|error| {
                let name = file.path().display();
                Error::new(Code::DamagedRuntime, format!("the rule {name} is broken"))
                    .caused_by(error)
            })
        })
        .collect()
}

impl Rule {
    fn apply(&self, collection: &mut Collection, reporter: &dyn Reporter) {
        let mut found = BTreeMap::new();
        for (path, sources) in &self.files {
            if collection.files.contains_key(path) {
                continue;
            }
            match sources.iter().find(|source| source.is_file()) {
                Some(source) => {
                    found.insert(path.clone(), source.clone());
                }
                None => {
                    let names: Vec<String> = sources
                        .iter()
                        .map(|source| source.display().to_string())
                        .collect();
                    reporter.warn(
                        &Error::new(
                            Code::MissingData,
                            format!(
                                "{} needs a file that this machine does not have: {}",
                                self.distribution,
                                names.join(" or ")
                            ),
                        )
                        .hint("install the package that has it, here or where the executable will run"),
                    );
                    return;
                }
            }
        }
        if !found.is_empty() {
            let share = collection.share(Owner::Machine);
            for (path, source) in found {
                let file = Collected {
                    contents: Contents::Disk(source),
                    executable: false,
                    share,
                    own: None,
                };
                collection.files.insert(path, file);
            }
        }
        for (name, value) in &self.environment {
            collection.startup.push(Line {
                file: format!("rules/{}.toml", self.distribution),
                number: 1,
                code: format!(
                    "import os; os.environ.setdefault({}, {})",
                    serde_json::Value::from(name.as_str()),
                    serde_json::Value::from(value.as_str())
                ),
            });
        }
        if !self.real.is_empty() {
            reporter.warn(
                &Error::new(
                    Code::RealFiles,
                    format!("{} needs files on the disk: {}", self.distribution, self.reason),
                )
                .hint(format!(
                    "run the executable with FASTICE_EXTRACT={}, and they are put into the user's cache",
                    self.real.join(":")
                )),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_reasons_and_tests() {
        for rule in all().unwrap() {
            assert!(!rule.reason.is_empty(), "{rule:?}");
            let test = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&rule.test);
            let text = fs_err::read_to_string(test).unwrap();
            assert!(text.contains(&rule.distribution), "{rule:?}");
        }
    }
}
