//! The profile that is kept in the repository: what gcc's counters counted in CPython during the training task.
//!
//! Two trainings never count the same; with a kept profile, two builds are equal. It fits one compiler, one source and one result
//! of `configure` alone, and says which. Functions that a patch has changed since are compiled without: gcc sees that by itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use serde::{Deserialize, Serialize};

use super::recipe::{self, Recipe};
use crate::inputs::sha256;
use crate::step::Step;

/// Files of counters, beside the objects that they belong to.
const ARCHIVE: &str = "profile/counters.tar.xz";

const BOUND_TO: &str = "profile/bound-to.toml";

/// What a profile fits.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct BoundTo {
    /// First line of `gcc --version`.
    compiler: String,
    /// SHA-256 of CPython's source archive.
    source: String,
    /// SHA-256 of `pyconfig.h`.
    configuration: String,
    /// Flags that change what is compiled.
    flags: String,
}

impl BoundTo {
    fn of(recipe: &Recipe, compiler: &str, tree: &Path) -> miette::Result<Self> {
        Ok(Self {
            compiler: compiler.to_owned(),
            source: recipe.source.sha256.clone(),
            configuration: sha256(&tree.join("pyconfig.h"))?,
            flags: recipe.make.flags.clone(),
        })
    }
}

/// Puts the counters of the build tree `tree` into the repository.
pub(super) fn keep(recipe: &Recipe, compiler: &str, tree: &Path) -> miette::Result<PathBuf> {
    let step = Step::start("Keeping the profile", "profile-keep")?;
    let archive = recipe::file(ARCHIVE);
    if let Some(parent) = archive.parent() {
        fs::create_dir_all(parent).into_diagnostic()?;
    }
    // In the order of their names and without times and owners: only new counters make another archive.
    let script = "find . -name '*.gcda' | LC_ALL=C sort \
        | tar --create --xz --file \"$1\" --no-recursion --files-from - \
          --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644";
    step.run(
        Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(&archive)
            .current_dir(tree),
    )?;
    let bound_to = toml::to_string(&BoundTo::of(recipe, compiler, tree)?).into_diagnostic()?;
    let note = "# What counters.tar.xz fits; written by `cargo xtask runtime --release --train`.\n";
    fs::write(recipe::file(BOUND_TO), format!("{note}{bound_to}")).into_diagnostic()?;
    step.finish();
    Ok(archive)
}

/// Puts the counters of the repository into the configured build tree `tree`.
///
/// # Errors
/// When they were made with another compiler, source or configuration: gcc would ignore some of them, or be misled.
pub(super) fn restore(recipe: &Recipe, compiler: &str, tree: &Path) -> miette::Result<()> {
    let text = fs::read_to_string(recipe::file(BOUND_TO)).into_diagnostic()?;
    let bound_to: BoundTo = toml::from_str(&text).into_diagnostic()?;
    let found = BoundTo::of(recipe, compiler, tree)?;
    let differences: Vec<String> = [
        ("compiler", &bound_to.compiler, &found.compiler),
        ("source", &bound_to.source, &found.source),
        ("pyconfig.h", &bound_to.configuration, &found.configuration),
        ("flags", &bound_to.flags, &found.flags),
    ]
    .iter()
    .filter(|(_, expected, found)| expected != found)
    .map(|(what, expected, found)| format!("{what}: {expected} in the profile, {found} here"))
    .collect();
    if !differences.is_empty() {
        bail!(
            help =
                "build on Debian 12, or make a new profile: cargo xtask runtime --release --train",
            "the profile in runtime/cpython does not fit this build\n{}",
            differences.join("\n")
        );
    }
    let step = Step::start("Unpacking the profile", "profile-unpack")?;
    step.run(
        Command::new("tar")
            .args(["--extract", "--xz", "--file"])
            .arg(recipe::file(ARCHIVE))
            .current_dir(tree),
    )?;
    step.finish();
    Ok(())
}
