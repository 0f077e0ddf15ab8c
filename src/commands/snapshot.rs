//! `fastice snapshot`.

use std::hash::{BuildHasher as _, RandomState};

use fastice_image::{Image, replace_snapshot};

use crate::cli;
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::snapshot::{self, Choice, Preload, Request};
use crate::ui::{Reporter, Terminal, format};
use crate::write::Target;
use crate::{Error, Result};

/// Replaces the start snapshot of an executable by one that was made on this machine.
pub(super) fn snapshot(arguments: &cli::Snapshot, terminal: &Terminal) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    // Says what is wrong with a file that is none.
    let executable = Executable::open(&arguments.file, &bytes)?;
    let target = Target::new(&arguments.file, false)?;
    let image = Image::open(&bytes).map_err(|damage| Error::io(std::io::Error::other(damage)))?;
    let written = match arguments.snapshot {
        Some(Choice::Off) => target.write(|out| replace_snapshot(&image, out, None))?,
        choice => {
            let wanted = choice.or(Some(Choice::Base));
            snapshot::is_wanted(wanted, executable.header(), executable.hardening())?;
            let preload = preload(&executable, choice)?;
            terminal.stage("Taking the start snapshot");
            // Randomly seeded by the standard library.
            #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
            let random = RandomState::new().hash_one(0) as u32;
            let request = Request {
                hash_seed: arguments.hash_seed.unwrap_or(random),
                preload,
            };
            let taken = snapshot::take(&arguments.file, &request)?;
            if let Some(contents) = &taken.contents {
                snapshot::tell(contents, terminal);
            }
            target.write(|out| replace_snapshot(&image, out, Some(&taken.snapshot())))?
        }
    };
    terminal.finish();
    terminal.say(&format!(
        "{}: {}\n",
        arguments.file.display(),
        format::size(written.len)
    ));
    Ok(ExitStatus::Success)
}

/// What of the program is to be in the snapshot: what the present one has, unless something else is said.
fn preload(executable: &Executable, choice: Option<Choice>) -> Result<Option<Preload>> {
    let contents = executable.snapshot_contents()?;
    let modules = contents.map(|contents| contents.preload);
    Ok(match (choice, modules) {
        (Some(Choice::App), modules) => Some(modules.unwrap_or_default()),
        (None, Some(modules)) => Some(modules),
        _ => None,
    }
    .map(|modules| Preload::new(executable.header(), modules)))
}
