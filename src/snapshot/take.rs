//! Running an executable for its snapshot.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use fastice_image::{Image, NewSnapshot, Written, replace_snapshot};
use fs_err as fs;

use super::dump::Dump;
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
    pub(crate) fn of_content(image: &[u8]) -> Self {
        let hash = xxhash_rust::xxh3::xxh3_64(image);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the lower half is as good as any"
        )]
        let hash_seed = hash as u32;
        Self { hash_seed }
    }
}

/// An executable with its snapshot.
pub(crate) struct Snapshotted<'a> {
    image: &'a [u8],
    request: Request,
    dump: Dump,
}

impl Snapshotted<'_> {
    /// Bytes of the snapshot.
    pub(crate) fn len(&self) -> u64 {
        self.dump.data.len() as u64
    }

    /// Writes it.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<Written> {
        let image = Image::open(self.image)
            .map_err(|damage| io::Error::new(io::ErrorKind::InvalidData, damage))?;
        let new = NewSnapshot {
            hash_seed: self.request.hash_seed,
            segments: self.dump.segments.clone(),
            data: &self.dump.data,
        };
        replace_snapshot(&image, out, Some(&new))
    }
}

/// Runs the executable with the bytes `image` and adds its snapshot. It runs from the cache, where executables may lie.
///
/// # Errors
/// [`Code::NoSnapshot`] when it cannot be made.
pub(crate) fn add(image: &[u8], request: Request) -> Result<Snapshotted<'_>> {
    let cache = cache::directory()?;
    fs::create_dir_all(&cache).map_err(Error::io)?;
    let directory = TempDir::new_in(&cache).map_err(Error::io)?;
    let program = directory.path().join("program");
    write_executable(&program, image).map_err(Error::io)?;
    // Twice, with another layout of memory, in another directory and at another time: what depends on any of them differs.
    let dump = run(
        &program,
        Path::new("/"),
        &directory.path().join("first"),
        request,
        0,
    )?;
    let other = run(
        &program,
        directory.path(),
        &directory.path().join("second"),
        request,
        1,
    )?;
    if let Some(difference) = dump.difference(&other) {
        return Err(Error::new(
            Code::NoSnapshot,
            format!("two start snapshots of the same program differ, in {difference}"),
        )
        .hint("please report it: a start must not depend on an address, the time, a random number or its surroundings"));
    }
    Ok(Snapshotted {
        image,
        request,
        dump,
    })
}

fn write_executable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, bytes)?;
    fs::set_permissions(path, PermissionsExt::from_mode(0o700))
}

/// Makes one snapshot.
fn run(
    program: &Path,
    directory: &Path,
    file: &Path,
    request: Request,
    layout: u8,
) -> Result<Dump> {
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
    let bytes = fs::read(file).map_err(Error::io)?;
    Dump::parse(bytes).ok_or_else(|| failed("the start snapshot is incomplete".to_owned()))
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
