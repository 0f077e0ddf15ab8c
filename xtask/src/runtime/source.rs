//! CPython's source archive: from python.org, else from Debian's pool, else from the user.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::recipe::Source;
use crate::cache::{Shelf, Workshop};
use crate::inputs::sha256;
use crate::step::Step;

/// The verified archive.
pub(super) fn provide(source: &Source, given: Option<&Path>) -> miette::Result<PathBuf> {
    if let Some(path) = given {
        verify(source, path)?;
        return Ok(path.to_owned());
    }
    let entry = Shelf::open("source")?.get_or_make(&source.sha256, |workshop| {
        let step = Step::start(format!("Getting {}", source.archive), "source")?;
        get(source, workshop, &step)?;
        step.finish();
        Ok(())
    })?;
    Ok(entry.join(&source.archive))
}

/// Tries one place after the other.
fn get(source: &Source, workshop: &Workshop<'_>, step: &Step) -> miette::Result<()> {
    type Place = fn(&Source, &Path, &Step) -> miette::Result<PathBuf>;
    let places: [(&str, Place); 2] = [("python.org", from_url), ("Debian", from_debian)];
    let mut failures = Vec::new();
    for (name, place) in places {
        step.message(name);
        let archive = place(source, workshop.scratch, step)
            .and_then(|path| verify(source, &path).map(|()| path));
        match archive {
            Ok(path) => {
                return fs::rename(path, workshop.entry.join(&source.archive)).into_diagnostic();
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    bail!(
        help = format!(
            "get {} another way and name the file with --source",
            source.url
        ),
        "CPython's source archive cannot be downloaded\n\n{}",
        failures.join("\n\n")
    )
}

fn from_url(source: &Source, scratch: &Path, step: &Step) -> miette::Result<PathBuf> {
    let archive = scratch.join(&source.archive);
    step.run(
        Command::new("curl")
            .args(["--fail", "--location", "--silent", "--show-error"])
            // Give up soon: there is a second place.
            .args([
                "--connect-timeout",
                "5",
                "--speed-time",
                "15",
                "--speed-limit",
                "2000",
            ])
            .arg("--output")
            .arg(&archive)
            .arg(&source.url),
    )?;
    Ok(archive)
}

/// Asks one mirror after the other.
fn from_debian(source: &Source, scratch: &Path, step: &Step) -> miette::Result<PathBuf> {
    let mut failures = Vec::new();
    for mirror in mirrors() {
        match from_mirror(&mirror, source, scratch, step) {
            Ok(path) => return Ok(path),
            Err(error) => failures.push(format!("{mirror}: {error}")),
        }
    }
    bail!("{}", failures.join("\n"))
}

/// Asks apt for the source package, with sources and lists of its own: the machine's own need not name
/// any source packages, and stay as they are.
fn from_mirror(
    mirror: &str,
    source: &Source,
    scratch: &Path,
    step: &Step,
) -> miette::Result<PathBuf> {
    let debian = &source.debian;
    let apt = tempfile::tempdir_in(scratch).into_diagnostic()?.keep();
    for directory in ["sources", "lists/partial", "archives/partial"] {
        fs::create_dir_all(apt.join(directory)).into_diagnostic()?;
    }
    let suite = &debian.suite;
    fs::write(
        apt.join("sources/source.sources"),
        format!(
            "Types: deb-src\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYRING}\n",
        ),
    )
    .into_diagnostic()?;
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command.current_dir(&apt).arg("--quiet");
        for (option, value) in [
            ("Dir::Etc::sourcelist", "/dev/null".to_owned()),
            (
                "Dir::Etc::sourceparts",
                apt.join("sources").display().to_string(),
            ),
            ("Dir::State::lists", apt.join("lists").display().to_string()),
            ("Dir::Cache", apt.display().to_string()),
            (
                "Dir::Cache::archives",
                apt.join("archives").display().to_string(),
            ),
            // The unprivileged user that apt downloads as may not enter the cache directory.
            ("APT::Sandbox::User", "root".to_owned()),
            ("APT::Update::Error-Mode", "any".to_owned()),
            ("Acquire::Retries", "1".to_owned()),
            ("Acquire::http::Timeout", "20".to_owned()),
        ] {
            command.arg("-o").arg(format!("{option}={value}"));
        }
        command
    };
    step.run(apt_get().arg("update"))?;
    step.run(apt_get().args(["source", "--download-only", "--tar-only", &debian.package]))?;
    let archive = apt.join(&debian.file);
    if !archive.exists() {
        bail!(
            "the source package {} of {suite} has another version now: {} is not part of it",
            debian.package,
            debian.file
        );
    }
    Ok(archive)
}

/// What signs Debian's archive.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where this machine gets Debian from, then Debian's own address.
fn mirrors() -> Vec<String> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(directory) = fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(directory.flatten().map(|entry| entry.path()));
    }
    files.retain(|file| {
        file.extension()
            .is_some_and(|end| end == "list" || end == "sources")
    });
    let mut mirrors: Vec<String> = Vec::new();
    for text in files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
    {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            mirrors.extend(
                line.split_whitespace()
                    .map(|word| word.trim_end_matches('/'))
                    .filter(|word| word.contains("://") && word.ends_with("/debian"))
                    .map(str::to_owned),
            );
        }
    }
    mirrors.push("http://deb.debian.org/debian".to_owned());
    let mut seen = std::collections::BTreeSet::new();
    mirrors.retain(|mirror| seen.insert(mirror.clone()));
    mirrors
}

fn verify(source: &Source, path: &Path) -> miette::Result<()> {
    let found = sha256(path)?;
    if found != source.sha256 {
        bail!(
            "{} is not CPython {}: its SHA-256 is {found}, not {}",
            path.display(),
            source.version,
            source.sha256
        );
    }
    Ok(())
}

/// Unpacks the archive into an empty directory.
pub(super) fn unpack(archive: &Path, directory: &Path, step: &Step) -> miette::Result<()> {
    step.run(
        Command::new("tar")
            .args(["--extract", "--xz", "--strip-components=1", "--file"])
            .arg(archive)
            .arg("--directory")
            .arg(directory),
    )
}
