//! Running an executable in the role that makes a snapshot.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use fs_err as fs;
use rustix::fs::{StatVfsMountFlags, statvfs};

use super::dump::Dump;
use crate::interrupt::{ChildGroup, TempDir};
use crate::{Code, Error, Result, cache};

/// The variable by which the stub is asked for a snapshot: `SEED:LAYOUT:FILE`.
const VARIABLE: &str = "FASTICE_SNAPSHOT_ORDER";

/// An executable that can be run for this.
pub(super) struct Runner {
    directory: TempDir,
    program: PathBuf,
    hash_seed: u32,
}

impl Runner {
    /// Prepares to run the executable at `program`.
    pub(super) fn new(program: &Path, hash_seed: u32) -> Result<Self> {
        let cache = cache::directory()?;
        fs::create_dir_all(&cache).map_err(Error::io)?;
        let directory = TempDir::new_in(&cache).map_err(Error::io)?;
        let program = runnable(program, directory.path()).map_err(Error::io)?;
        Ok(Self {
            directory,
            program,
            hash_seed,
        })
    }

    /// What the program answers to a plan.
    pub(super) fn ask(&self, plan: &str) -> Result<String> {
        let file = self.directory.path().join("survey");
        self.run(Path::new("/"), &file, Some(plan), 0)?;
        fs::read_to_string(beside(&file, "report")).map_err(Error::io)
    }

    /// Makes a snapshot twice, with another layout of memory, in another directory and at another time: what depends on any of them
    /// differs. The inner error says where.
    pub(super) fn dump(&self, plan: Option<&str>) -> Result<Result<Vec<u8>, String>> {
        let make = |layout: usize, directory: &Path| {
            let file = self.directory.path().join(format!("dump{layout}"));
            self.run(directory, &file, plan, layout)?;
            fs::read(&file).map_err(Error::io)
        };
        let first = make(0, Path::new("/"))?;
        let second = make(1, self.directory.path())?;
        if first == second {
            return Ok(Ok(first));
        }
        let parse =
            |bytes| Dump::parse(bytes).ok_or_else(|| failed("the start snapshot is incomplete"));
        let difference = parse(first)?.difference(&parse(second)?);
        Ok(Err(difference.unwrap_or_default()))
    }

    fn run(&self, directory: &Path, file: &Path, plan: Option<&str>, layout: usize) -> Result<()> {
        if let Some(plan) = plan {
            fs::write(beside(file, "plan"), plan).map_err(Error::io)?;
        }
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env(
                VARIABLE,
                format!("{}:{layout}:{}", self.hash_seed, file.display()),
            )
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = spawn(&mut command)
            .and_then(ChildGroup::wait_with_output)
            .map_err(|error| {
                failed("the program cannot be run for its start snapshot").caused_by(error)
            })?;
        if output.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let error = failed("the start snapshot cannot be made");
        Err(match words.trim() {
            "" => error.caused_by(output.status.to_string()),
            words => error.caused_by(words.to_owned()),
        })
    }
}

fn failed(message: &str) -> Error {
    Error::new(Code::NoSnapshot, message)
}

/// `file` with another ending added.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The path of `program`, or of a copy of it in `directory` if nothing can be executed where it is.
fn runnable(program: &Path, directory: &Path) -> io::Result<PathBuf> {
    let program = std::path::absolute(program)?;
    let refused = statvfs(&program)?
        .f_flag
        .contains(StatVfsMountFlags::NOEXEC);
    if !refused {
        return Ok(program);
    }
    let copy = directory.join("program");
    fs::copy(&program, &copy)?;
    Ok(copy)
}

/// Starts a program that was just written. Another thread may start a process at the same time, which then has it open for
/// writing for a moment, and the kernel refuses to execute it (`ETXTBSY`).
fn spawn(command: &mut Command) -> io::Result<ChildGroup> {
    for _ in 0..50 {
        match ChildGroup::spawn(command) {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
    ChildGroup::spawn(command)
}
