//! Installed trees that the user brings: `--site DIR`.

use std::path::{Path, PathBuf};

use super::Interpreter;
use super::distribution::{self, Distribution};
use crate::ui::format;
use crate::{Code, Error, Result};

/// A tree that is taken as it is.
#[derive(Debug)]
pub(super) struct Site {
    /// Its `site-packages`, or the tree itself.
    pub(super) directory: PathBuf,
    /// Distributions that only serve to install others.
    pub(super) left_out: Vec<String>,
}

/// Finds the installed tree that `directory` is (made by `pip install --target`, or some `site-packages`), or the one in the virtual
/// environment that it is, and checks that it fits the runtime.
///
/// # Errors
/// [`Code::NoSuchPath`], [`Code::UnfitSite`], [`Code::UnfitWheel`].
pub(super) fn open(directory: &Path, interpreter: &Interpreter) -> Result<Site> {
    if !directory.is_dir() {
        return Err(Error::new(
            Code::NoSuchPath,
            format!("`{}` is no directory", format::path(directory)),
        ));
    }
    let minor = interpreter.minor();
    let site = match fs_err::read_to_string(directory.join("pyvenv.cfg")) {
        Ok(settings) => environment(directory, &settings, minor)?,
        Err(_) => plain(directory, minor)?,
    };
    let distributions = distribution::installed(&site)?;
    check_wheels(&distributions, &site, minor)?;
    let needs_pip = distributions
        .iter()
        .any(|distribution| distribution.requires("pip"));
    Ok(Site {
        directory: site,
        left_out: if needs_pip {
            Vec::new()
        } else {
            vec!["pip".to_owned()]
        },
    })
}

/// The packages of the virtual environment in `directory`; `settings` is its `pyvenv.cfg`.
fn environment(directory: &Path, settings: &str, minor: &str) -> Result<PathBuf> {
    let version = setting(settings, "version_info").or_else(|| setting(settings, "version"));
    if let Some(version) = version.filter(|version| !is_release_of(version, minor)) {
        return Err(other_version(directory, version, minor));
    }
    let site = directory.join(format!("lib/python{minor}/site-packages"));
    if site.is_dir() {
        return Ok(site);
    }
    let name = format::path(directory);
    Err(Error::new(
        Code::UnfitSite,
        format!("the virtual environment `{name}` has no packages for Python {minor}"),
    )
    .hint(format!("make it with Python {minor}")))
}

/// A directory of packages: checks as far as its path tells that it is one, and of this Python.
fn plain(directory: &Path, minor: &str) -> Result<PathBuf> {
    let parent = directory
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    let version = parent.and_then(|name| name.strip_prefix("python"));
    if let Some(version) = version.filter(|version| *version != minor && version.contains('.')) {
        return Err(other_version(directory, version, minor));
    }
    // A prefix rather than its packages: these are deeper.
    let inner = fs_err::read_dir(directory.join("lib"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("site-packages"))
        .find(|inner| inner.is_dir());
    match inner {
        Some(inner) => Err(Error::new(
            Code::UnfitSite,
            format!("`{}` is no directory of packages", format::path(directory)),
        )
        .hint(format!(
            "name that directory itself: `--site {}`",
            format::path(&inner)
        ))),
        None => Ok(directory.to_owned()),
    }
}

/// The value of a line `key = value` of a `pyvenv.cfg`.
fn setting<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case(key)
            .then_some(value.trim())
    })
}

/// Is `3.13.5` a release of `3.13`?
fn is_release_of(version: &str, minor: &str) -> bool {
    version
        .strip_prefix(minor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn other_version(directory: &Path, version: &str, minor: &str) -> Error {
    Error::new(
        Code::UnfitSite,
        format!(
            "`{}` is of Python {version}, and the runtime is Python {minor}",
            format::path(directory)
        ),
    )
    .hint(format!(
        "make the environment with Python {minor}, or let fastice install: `-r FILE`, `--with REQ`"
    ))
}

/// Checks that every distribution came from a wheel that fits the runtime.
fn check_wheels(distributions: &[Distribution], site: &Path, minor: &str) -> Result<()> {
    for distribution in distributions {
        let tags = distribution.tags();
        if !tags.is_empty() && !tags.iter().any(|tag| fits(tag, minor)) {
            return Err(Error::new(
                Code::UnfitWheel,
                format!(
                    "`{}` in `{}` is for {}, not for CPython {minor} on Linux",
                    distribution.name,
                    format::path(site),
                    tags.join(", "),
                ),
            )
            .hint(format!("install it again with Python {minor}")));
        }
    }
    Ok(())
}

/// Does a wheel with this tag, or one of this compressed set of tags, run on CPython `minor` on this platform (the specification "Platform compatibility tags")?
fn fits(tag: &str, minor: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    let [pythons, abis, platforms] = parts.as_slice() else {
        return true;
    };
    pythons.split('.').any(|python| {
        abis.split('.').any(|abi| {
            platforms
                .split('.')
                .any(|platform| is_fit(python, abi, platform, minor))
        })
    })
}

fn is_fit(python: &str, abi: &str, platform: &str, minor: &str) -> bool {
    let digits = minor.replace('.', "");
    let current = format!("cp{digits}");
    let not_newer = |prefix: &str| {
        let number = |text: &str| text.get(1..).and_then(|minor| minor.parse::<u32>().ok());
        let theirs = python.strip_prefix(prefix);
        theirs.is_some_and(|theirs| {
            theirs == "3" || (theirs.starts_with('3') && number(theirs) <= number(&digits))
        })
    };
    let python_fits = match abi {
        "none" => not_newer("py") || not_newer("cp"),
        "abi3" => not_newer("cp"),
        abi => python == current && abi == current,
    };
    let platform_fits = platform == "any"
        || (platform.contains("linux") && platform.ends_with(std::env::consts::ARCH));
    python_fits && platform_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_this_python_fit() {
        for tag in [
            "py3-none-any",
            "py2.py3-none-any",
            "cp313-cp313-manylinux_2_17_x86_64",
            "cp39-abi3-manylinux_2_28_x86_64",
            "py3-none-manylinux_2_17_x86_64",
            "cp313-none-any",
        ] {
            let tag = tag.replace("x86_64", std::env::consts::ARCH);
            assert!(fits(&tag, "3.13"), "{tag}");
        }
    }

    #[test]
    fn tags_of_others_do_not() {
        for tag in [
            "cp311-cp311-manylinux_2_17_x86_64",
            "cp313-cp313t-manylinux_2_17_x86_64",
            "cp314-abi3-manylinux_2_17_x86_64",
            "py3-none-win_amd64",
            "cp313-cp313-macosx_11_0_arm64",
        ] {
            assert!(!fits(tag, "3.13"), "{tag}");
        }
    }

    #[test]
    fn settings_are_read_as_venv_writes_them() {
        assert_eq!(
            setting("home = /x\nversion = 3.11.7\n", "version"),
            Some("3.11.7")
        );
        assert!(is_release_of("3.13.5", "3.13"));
        assert!(!is_release_of("3.130.5", "3.13"));
    }
}
