//! Debian packages: what is there, and getting what is not.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use crate::step::Step;

/// Makes sure that all of `names` are installed: installs them as root, else says how.
pub(crate) fn provide<'a>(names: impl IntoIterator<Item = &'a str>) -> miette::Result<()> {
    let names: Vec<&str> = names.into_iter().collect();
    let installed = versions(&names)?;
    let missing: Vec<&str> = names
        .into_iter()
        .filter(|name| !installed.contains_key(*name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !is_root()? {
        bail!(
            help = format!("sudo apt-get install --yes --no-install-recommends {list}"),
            "Debian packages are missing: {list}"
        );
    }
    let step = Step::start(format!("Installing {list}"), "packages")?;
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    step.run(apt.args(["update", "--quiet"]))?;
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    step.run(
        apt.args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(&missing),
    )?;
    step.finish();
    Ok(())
}

/// Paths of the files and directories of an installed package.
pub(crate) fn files(package: &str) -> miette::Result<Vec<String>> {
    let list = Step::output(Command::new("dpkg-query").args(["--listfiles", package]))?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// The package that a file belongs to.
pub(crate) fn owner(file: &str) -> miette::Result<String> {
    let text = Step::output(Command::new("dpkg-query").args(["--search", file]))?;
    match text.split(':').next() {
        Some(package) if !package.is_empty() => Ok(package.to_owned()),
        _ => bail!("{file} belongs to no package"),
    }
}

/// Versions of those packages that are installed.
pub(crate) fn versions(names: &[&str]) -> miette::Result<BTreeMap<String, String>> {
    let query = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Status} ${Version}\\n"])
        .args(names)
        // It complains about, and fails for, each package that it does not know.
        .stderr(Stdio::null())
        .output()
        .map_err(|error| {
            miette::miette!(
                help = "the runtime is built from Debian's static libraries; use Debian 12 or newer, a container will do",
                "dpkg-query cannot be started: {error}"
            )
        })?;
    let text = String::from_utf8(query.stdout).into_diagnostic()?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            match (words.next(), words.next(), words.next()) {
                (Some(name), Some("installed"), Some(version)) => {
                    Some((name.to_owned(), version.to_owned()))
                }
                _ => None,
            }
        })
        .collect())
}

fn is_root() -> miette::Result<bool> {
    // The owner of this process's own entry is its effective user.
    Ok(fs::metadata("/proc/self").into_diagnostic()?.uid() == 0)
}
