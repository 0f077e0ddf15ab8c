//! Running an executable for its snapshot.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use fastice_image::NewSnapshot;
use fs_err as fs;
use rustix::fs::{StatVfsMountFlags, statvfs};
use xxhash_rust::xxh3::Xxh3;

use super::dump::Dump;
use crate::cache::Store;
use crate::interrupt::{ChildGroup, TempDir};
use crate::{Code, Error, Result, cache};

/// The variable by which the stub is asked for a snapshot: `SEED:LAYOUT:FILE`.
const VARIABLE: &str = "FASTICE_SNAPSHOT_ORDER";

/// What kind of snapshot is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    /// What string hashes are seeded with.
    pub(crate) hash_seed: u32,
}

impl Request {
    /// A request whose seed stems from the executable's own bytes: the same input gives the same snapshot.
    pub(crate) fn of_content(content: &Xxh3) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the lower half is as good as any"
        )]
        let hash_seed = content.digest() as u32;
        Self { hash_seed }
    }
}

/// A snapshot that was taken.
pub(crate) struct Taken {
    request: Request,
    dump: Dump,
}

impl Taken {
    /// Bytes of the snapshot.
    pub(crate) fn len(&self) -> u64 {
        self.dump.data.len() as u64
    }

    /// What goes into the executable.
    pub(crate) fn snapshot(&self) -> NewSnapshot<'_> {
        NewSnapshot {
            hash_seed: self.request.hash_seed,
            segments: self.dump.segments.clone(),
            data: &self.dump.data,
        }
    }
}

/// The snapshot of the executable at `program`, which has the bytes that `content` was given: the one that was taken of them before, or a
/// new one.
///
/// # Errors
/// As [`take`].
pub(crate) fn provide(program: &Path, content: &Xxh3, request: Request) -> Result<Taken> {
    let store = Store::new(&cache::directory()?, cache::SNAPSHOTS);
    let mut key = content.clone();
    key.update(format!("{request:?}").as_bytes());
    let key = key.digest128();
    if let Some(dump) = store.get(key).and_then(Dump::parse) {
        return Ok(Taken { request, dump });
    }
    let (taken, bytes) = take_bytes(program, request)?;
    store.put(key, &bytes);
    Ok(taken)
}

/// Runs the executable at `program` for its snapshot.
///
/// # Errors
/// [`Code::NoSnapshot`] when it cannot be made.
pub(crate) fn take(program: &Path, request: Request) -> Result<Taken> {
    take_bytes(program, request).map(|(taken, _)| taken)
}

/// The snapshot, and what the process has written down.
fn take_bytes(program: &Path, request: Request) -> Result<(Taken, Vec<u8>)> {
    let cache = cache::directory()?;
    fs::create_dir_all(&cache).map_err(Error::io)?;
    let directory = TempDir::new_in(&cache).map_err(Error::io)?;
    let program = runnable(program, directory.path()).map_err(Error::io)?;
    // Twice, with another layout of memory, in another directory and at another time: what depends on any of them differs.
    let first = directory.path().join("first");
    let second = directory.path().join("second");
    let bytes = run(&program, Path::new("/"), &first, request, 0)?;
    let other = run(&program, directory.path(), &second, request, 1)?;
    let parse = |bytes: &[u8]| {
        Dump::parse(bytes.to_vec()).ok_or_else(|| {
            Error::new(
                Code::NoSnapshot,
                "the start snapshot is incomplete".to_owned(),
            )
        })
    };
    let dump = parse(&bytes)?;
    if let Some(difference) = dump.difference(&parse(&other)?) {
        return Err(Error::new(
            Code::NoSnapshot,
            format!("two start snapshots of the same program differ, in {difference}"),
        )
        .hint("please report it: a start must not depend on an address, the time, a random number or its surroundings"));
    }
    Ok((Taken { request, dump }, bytes))
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

/// Makes one snapshot.
fn run(
    program: &Path,
    directory: &Path,
    file: &Path,
    request: Request,
    layout: u8,
) -> Result<Vec<u8>> {
    let failed = |message: String| Error::new(Code::NoSnapshot, message);
    let mut command = Command::new(program);
    command
        .env_clear()
        .env(
            VARIABLE,
            format!("{}:{layout}:{}", request.hash_seed, file.display()),
        )
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = spawn(&mut command)
        .and_then(ChildGroup::wait_with_output)
        .map_err(|error| {
            failed("the program cannot be run for its start snapshot".to_owned()).caused_by(error)
        })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let error = failed("the start snapshot cannot be made".to_owned());
        return Err(match words.trim() {
            "" => error.caused_by(output.status.to_string()),
            words => error.caused_by(words.to_owned()),
        });
    }
    fs::read(file).map_err(Error::io)
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
