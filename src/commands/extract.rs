//! `fastice extract`.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fs_err as fs;

use super::inside;
use crate::cli;
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::interrupt::TempFile;
use crate::ui::{Reporter as _, Terminal, format};
use crate::{Code, Error, Result};

/// Writes files of an executable to the disk.
pub(super) fn extract(arguments: &cli::Extract, terminal: &Terminal) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let files = executable.files()?;
    let mut chosen = Vec::new();
    if arguments.paths.is_empty() {
        chosen.extend(&files);
    }
    for written in &arguments.paths {
        let path = inside::path(written);
        let within = format!("{path}/");
        let before = chosen.len();
        chosen.extend(
            files.iter().filter(|file| {
                path.is_empty() || file.path == path || file.path.starts_with(&within)
            }),
        );
        if chosen.len() == before {
            return Err(inside::missing(&executable, &arguments.file, path)?);
        }
    }
    terminal.stage("Extracting files");
    for (number, file) in chosen.iter().enumerate() {
        terminal.progress(number as u64, chosen.len() as u64);
        let Some(contents) = executable.contents(&file.path)? else {
            continue;
        };
        let target = arguments.output.join(&file.path);
        write(&target, &contents, file.executable).map_err(|error| {
            Error::new(
                Code::Io,
                format!("`{}` cannot be written", format::path(&target)),
            )
            .hint("name another directory with `-o`")
            .caused_by(error)
        })?;
    }
    terminal.finish();
    terminal.say(&format!(
        "{}: {}",
        format::path(&arguments.output),
        format::count(chosen.len(), "file")
    ));
    Ok(ExitStatus::Success)
}

/// Writes a file that appears whole or not at all.
fn write(path: &Path, contents: &[u8], executable: bool) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut file = TempFile::new_in(directory)?;
    file.writer()?.write_all(contents)?;
    let mode = if executable { 0o755 } else { 0o644 };
    file.set_mode(PermissionsExt::from_mode(mode))?;
    file.persist(path)
}
