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
    /// Variables of modules that each process can compute anew, although imports that are in the start snapshot looked at them.
    #[serde(default)]
    ask_again: Vec<String>,
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

/// Variables of modules that may be in a start snapshot all the same, since they are computed anew: `MODULE.NAME`. Those of all rules,
/// as an executable that gets another snapshot does not say which distributions it was made of.
///
/// # Errors
/// As [`apply`].
pub(crate) fn ask_again() -> Result<Vec<String>> {
    Ok(all()?.into_iter().flat_map(|rule| rule.ask_again).collect())
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
        match self.find_files() {
            Ok(files) => {
                add(files, collection);
                let lines = self.environment.iter().map(|(name, value)| Line {
                    file: format!("rules/{}.toml", self.distribution),
                    number: 1,
                    code: format!(
                        "import os; os.environ.setdefault({}, {})",
                        serde_json::Value::from(name.as_str()),
                        serde_json::Value::from(value.as_str())
                    ),
                });
                collection.startup.extend(lines);
            }
            Err(warning) => reporter.warn(&warning),
        }
        if !self.real.is_empty() {
            let what = format!(
                "{} needs files on the disk: {}",
                self.distribution, self.reason
            );
            let hint = format!(
                "run the executable with FASTICE_EXTRACT={}, and they are put into the user's cache",
                self.real.join(":")
            );
            reporter.warn(&Error::new(Code::RealFiles, what).hint(hint));
        }
    }

    /// The files of this machine that it wants: path below the root, and the file.
    ///
    /// # Errors
    /// [`Code::MissingData`] for the first that is not there.
    fn find_files(&self) -> Result<Vec<(String, PathBuf)>> {
        let find = |(path, places): (&String, &Vec<PathBuf>)| {
            let found = places.iter().find(|place| place.is_file());
            let found = found.ok_or_else(|| {
                let names: Vec<String> = places
                    .iter()
                    .map(|place| place.display().to_string())
                    .collect();
                let what = format!(
                    "{} needs a file that this machine does not have: {}",
                    self.distribution,
                    names.join(" or ")
                );
                Error::new(Code::MissingData, what)
                    .hint("install the package that has it, here or where the executable will run")
            })?;
            Ok((path.clone(), found.clone()))
        };
        self.files.iter().map(find).collect()
    }
}

/// Adds files of this machine, unless there is something in their place.
fn add(files: Vec<(String, PathBuf)>, collection: &mut Collection) {
    if files.is_empty() {
        return;
    }
    let share = collection.share(Owner::Machine);
    for (path, file) in files {
        let file = Collected {
            contents: Contents::Disk(file),
            executable: false,
            share,
            own: None,
        };
        collection.files.entry(path).or_insert(file);
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
