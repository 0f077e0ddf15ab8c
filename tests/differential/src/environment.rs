//! Installed trees, shared by both sides and kept under the hash of what is in them.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, WrapErr, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::definition::Application;
use crate::tools::Tools;

/// A virtual environment of the unfrozen interpreter.
pub struct Environment {
    directory: PathBuf,
}

impl Environment {
    /// The environment with the distributions of an application, made unless it is there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn provide(application: &Application, tools: &Tools) -> miette::Result<Self> {
        let directory = tools.cache.join(key(application, tools)?);
        let environment = Self { directory };
        fs::create_dir_all(&tools.cache).into_diagnostic()?;
        compile_standard_library(tools)?;
        let lock = locked(&environment.directory.with_extension("lock"))?;
        let complete = environment.directory.join("complete");
        if !complete.exists() {
            if environment.directory.exists() {
                fs::remove_dir_all(&environment.directory).into_diagnostic()?;
            }
            environment
                .make(application, tools)
                .wrap_err_with(|| format!("installing what {} needs", application.name))?;
            fs::write(complete, "").into_diagnostic()?;
        }
        drop(lock);
        Ok(environment)
    }

    /// The distributions that an application needs, each as `name==version`, as pip chooses them today.
    ///
    /// # Errors
    /// When there is no such choice.
    pub fn resolve(application: &Application, tools: &Tools) -> miette::Result<Vec<String>> {
        let report = tempfile::NamedTempFile::new().into_diagnostic()?;
        run(pip(tools)
            .args(["--dry-run", "--report"])
            .arg(report.path())
            .args(&application.requirements)
            .current_dir(&application.directory))?;
        let report: Report = serde_json::from_slice(&fs::read(report.path()).into_diagnostic()?)
            .into_diagnostic()?;
        let mut pinned: Vec<String> = (report.install.into_iter())
            .map(|Resolved { metadata }| format!("{}=={}", metadata.name, metadata.version))
            .collect();
        pinned.sort_by_key(|requirement| requirement.to_lowercase());
        Ok(pinned)
    }

    /// Removes the environment, and what was compiled for it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(self, tools: &Tools) -> miette::Result<()> {
        let relative = self.directory.strip_prefix("/").unwrap_or(&self.directory);
        for directory in [&self.directory, &tools.pycache().join(relative)] {
            if directory.exists() {
                fs::remove_dir_all(directory).into_diagnostic()?;
            }
        }
        Ok(())
    }

    /// The environment, as `--site` takes it.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.directory.join("bin/python")
    }

    /// Its packages.
    pub fn site(&self) -> PathBuf {
        self.directory.join("lib/python3.13/site-packages")
    }

    fn make(&self, application: &Application, tools: &Tools) -> miette::Result<()> {
        run(Command::new(&tools.python)
            .args(["-m", "venv", "--without-pip"])
            .arg(&self.directory))?;
        if application.requirements.is_empty() {
            return Ok(());
        }
        run(pip(tools)
            .arg("--prefix")
            .arg(&self.directory)
            .args(&application.requirements)
            .current_dir(&application.directory))?;
        compile(tools, &self.site())
    }
}

/// What `pip install --report` writes.
#[derive(Deserialize)]
struct Report {
    install: Vec<Resolved>,
}

#[derive(Deserialize)]
struct Resolved {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

/// `pip install`, as the builder calls its pip.
fn pip(tools: &Tools) -> Command {
    let mut command = Command::new(&tools.pack);
    command
        .args([
            "-I",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            "--ignore-installed",
        ])
        .args(["--no-user", "--no-input", "--disable-pip-version-check"])
        .args(["--no-warn-script-location", "--root-user-action", "ignore"]);
    command
}

/// What an environment depends on.
fn key(application: &Application, tools: &Tools) -> miette::Result<String> {
    let mut hash = Sha256::new();
    hash.update(tools.python.as_os_str().as_encoded_bytes());
    for requirement in &application.requirements {
        hash.update(requirement);
        hash.update([0]);
        if requirement.starts_with("./") {
            hash_tree(&application.directory.join(requirement), &mut hash)?;
        }
    }
    // As long as no two of a few dozen are the same.
    let digest = hash.finalize();
    let number = digest[..8]
        .iter()
        .fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    Ok(format!("{number:016x}"))
}

/// Adds all files below `directory`, in the order of their names.
fn hash_tree(directory: &Path, hash: &mut Sha256) -> miette::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .into_diagnostic()?
        .map(|entry| Ok(entry.into_diagnostic()?.path()))
        .collect::<miette::Result<_>>()?;
    paths.sort();
    for path in paths {
        hash.update(path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            hash_tree(&path, hash)?;
        } else {
            hash.update(fs::read(&path).into_diagnostic()?);
        }
    }
    Ok(())
}

/// The unfrozen interpreter would compile the modules of its standard library anew in every run.
fn compile_standard_library(tools: &Tools) -> miette::Result<()> {
    let library = tools.standard_library();
    let _lock = locked(&tools.cache.join("pycache.lock"))?;
    let compiled = tools
        .pycache()
        .join(library.strip_prefix("/").unwrap_or(&library));
    if compiled.exists() {
        Ok(())
    } else {
        compile(tools, &library)
    }
}

fn compile(tools: &Tools, directory: &Path) -> miette::Result<()> {
    // Some distributions hold files of other versions of Python, on purpose.
    let status = Command::new(&tools.python)
        .args(["-m", "compileall", "-qq"])
        .arg(directory)
        .env("PYTHONPYCACHEPREFIX", tools.pycache())
        .status()
        .into_diagnostic()?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => bail!("compileall failed ({status})"),
    }
}

/// A lock that lasts as long as the file.
fn locked(path: &Path) -> miette::Result<fs::File> {
    let file = fs::File::create(path).into_diagnostic()?;
    file.file().lock().into_diagnostic()?;
    Ok(file)
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> miette::Result<()> {
    let output = command.output().into_diagnostic()?;
    if !output.status.success() {
        bail!(
            "{command:?} failed ({}):\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
