//! `fastice snapshot`.

use std::hash::{BuildHasher as _, RandomState};

use fastice_image::{Image, replace_snapshot};

use crate::cli;
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::snapshot::{self, Choice, Request};
use crate::ui::{Reporter, Terminal, format};
use crate::write::Target;
use crate::{Error, Result};

/// Replaces the start snapshot of an executable by one that was made on this machine.
pub(super) fn snapshot(arguments: &cli::Snapshot, terminal: &Terminal) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    // Says what is wrong with a file that is none.
    Executable::open(&arguments.file, &bytes)?;
    let target = Target::new(&arguments.file, false)?;
    let image = Image::open(&bytes).map_err(|damage| Error::io(std::io::Error::other(damage)))?;
    let written = match arguments.snapshot {
        Some(Choice::Off) => target.write(|out| replace_snapshot(&image, out, None))?,
        Some(Choice::Base) | None => {
            terminal.stage("Taking the start snapshot");
            // Randomly seeded by the standard library.
            #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
            let random = RandomState::new().hash_one(0) as u32;
            let request = Request {
                hash_seed: arguments.hash_seed.unwrap_or(random),
            };
            let taken = snapshot::take(&arguments.file, request)?;
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
