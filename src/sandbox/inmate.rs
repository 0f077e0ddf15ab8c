//! The process that moves into the root and becomes the program.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fastice_image::{Identity, Marker, marker};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use super::{Answer, Line, PLACE, Run, root};

/// What the inmate gets.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) run: Run,
    /// The directory that becomes the root; none where the root stays the machine's.
    pub(super) directory: Option<PathBuf>,
}

/// The monitor watches.
#[derive(Serialize, Deserialize)]
pub(super) struct Go;

/// Builds the root, says that it is ready, and becomes the program when it is told to.
pub(super) fn main(line: &mut Line) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    let Order { run, directory } = line.read()?;
    let program = match &directory {
        Some(directory) => {
            let name = run.program.file_name().unwrap_or("program".as_ref());
            let place = Path::new(PLACE).join(name);
            root::build(directory, &run.program, &place)?;
            root::enter(directory)?;
            place
        }
        None => run.program.clone(),
    };
    let mut command = Command::new(&program);
    command
        .args(&run.arguments)
        .env_clear()
        .envs(&run.environment)
        .stdin(Stdio::null());
    if run.as_interpreter {
        // As it has its own children do.
        let marker = Marker::new(Identity::from(&fs_err::metadata(&program)?), 1);
        command.env(marker::VARIABLE, OsStr::from_bytes(marker.text().value()));
    }
    prctl::set_no_new_privs()?;
    line.write(&Answer::Done(()))?;
    line.read::<Go>()?;
    Err(command.exec())
}
