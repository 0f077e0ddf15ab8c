//! `fastice init`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli;
use crate::error::ExitStatus;
use crate::interrupt::TempFile;
use crate::ui::{Terminal, format};
use crate::{Code, Error, Result};

/// The table with its most common keys, all of them in comments: the defaults hold until one is changed.
const TABLE: &str = include_str!("../../templates/init/fastice.toml");

/// Writes a configuration to begin with: a table in `pyproject.toml`, or `fastice.toml` where there is none.
pub(super) fn init(arguments: &cli::Init, terminal: &Terminal) -> Result<ExitStatus> {
    let directory = arguments.directory.as_deref().unwrap_or(Path::new(""));
    let project = directory.join("pyproject.toml");
    let own = directory.join("fastice.toml");
    if own.exists() {
        return Err(exists(&own));
    }
    let (path, text) = if project.is_file() {
        let before = fs_err::read_to_string(&project).map_err(Error::io)?;
        let document: toml::Table = before.parse().map_err(|error: toml::de::Error| {
            Error::new(
                Code::ProjectFile,
                format!("`{}` is not valid TOML", format::path(&project)),
            )
            .caused_by(error.to_string())
        })?;
        let has_table = document
            .get("tool")
            .and_then(|tool| tool.get("fastice"))
            .is_some();
        if has_table {
            return Err(exists(&project));
        }
        let header = |line: &str| match line.strip_prefix('[') {
            Some(rest) => format!("[tool.fastice.{rest}\n"),
            None => format!("{line}\n"),
        };
        let table: Vec<String> = TABLE.lines().map(header).collect();
        let text = format!(
            "{}\n\n[tool.fastice]\n{}",
            before.trim_end(),
            table.concat()
        );
        (project, text)
    } else {
        (own, TABLE.to_owned())
    };
    write(&path, &text).map_err(Error::io)?;
    terminal.say(&format!("wrote {}", format::path(&path)));
    Ok(ExitStatus::Success)
}

fn exists(path: &Path) -> Error {
    Error::new(
        Code::AlreadyConfigured,
        format!("`{}` configures fastice already", format::path(path)),
    )
    .hint("edit it; the keys are in docs/reference/configuration.md")
}

/// Writes a file that is whole at any time.
fn write(path: &PathBuf, text: &str) -> std::io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut file = TempFile::new_in(parent.unwrap_or(Path::new(".")))?;
    file.writer()?.write_all(text.as_bytes())?;
    let mode = match fs_err::metadata(path) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o644),
    };
    file.set_mode(mode)?;
    file.persist(path)
}
