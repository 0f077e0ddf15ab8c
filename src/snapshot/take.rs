//! Taking the snapshot of an executable.

use std::path::Path;

use fastice_image::{Guard, NewSnapshot};
use xxhash_rust::xxh3::Xxh3;

use super::dump::Dump;
use super::preload::{self, Preload};
use super::run::Runner;
use super::select::Contents;
use crate::cache::Store;
use crate::{Code, Error, Result, cache};

/// What kind of snapshot is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// What string hashes are seeded with.
    pub(crate) hash_seed: u32,
    /// What of the program is to be in it, if anything.
    pub(crate) preload: Option<Preload>,
}

impl Request {
    /// A request whose seed stems from the executable's own bytes: the same input gives the same snapshot.
    pub(crate) fn of_content(content: &Xxh3, preload: Option<Preload>) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the lower half is as good as any"
        )]
        let hash_seed = content.digest() as u32;
        Self { hash_seed, preload }
    }
}

/// A snapshot that was taken.
pub(crate) struct Taken {
    hash_seed: u32,
    dump: Dump,
    guards: Vec<Guard>,
    /// What is told about the modules of the program in it, if they were to be in it: in JSON, too.
    pub(crate) contents: Option<Contents>,
    report: Vec<u8>,
}

impl Taken {
    /// One without modules of the program.
    fn of_interpreter(request: &Request, dump: Dump) -> Self {
        Self {
            hash_seed: request.hash_seed,
            dump,
            guards: Vec::new(),
            contents: None,
            report: Vec::new(),
        }
    }

    /// Bytes of the snapshot.
    pub(crate) fn len(&self) -> u64 {
        (self.dump.data.len() + self.report.len()) as u64
    }

    /// What goes into the executable.
    pub(crate) fn snapshot(&self) -> NewSnapshot<'_> {
        NewSnapshot {
            hash_seed: self.hash_seed,
            segments: self.dump.segments.clone(),
            data: &self.dump.data,
            guards: self.guards.clone(),
            report: &self.report,
        }
    }
}

/// The snapshot of the executable at `program`, which has the bytes that `content` was given: the one that was taken of them before, or a
/// new one.
///
/// # Errors
/// As [`take`].
pub(crate) fn provide(program: &Path, content: &Xxh3, request: &Request) -> Result<Taken> {
    if request.preload.is_some() {
        return take(program, request);
    }
    let store = Store::new(&cache::directory()?, cache::SNAPSHOTS);
    let mut key = content.clone();
    key.update(format!("{}", request.hash_seed).as_bytes());
    let key = key.digest128();
    if let Some(dump) = store.get(key).and_then(Dump::parse) {
        return Ok(Taken::of_interpreter(request, dump));
    }
    let bytes = take_bytes(&Runner::new(program, request.hash_seed)?)?;
    store.put(key, &bytes);
    let dump = Dump::parse(bytes).ok_or_else(incomplete)?;
    Ok(Taken::of_interpreter(request, dump))
}

/// Runs the executable at `program` for its snapshot.
///
/// # Errors
/// [`Code::NoSnapshot`] when it cannot be made.
pub(crate) fn take(program: &Path, request: &Request) -> Result<Taken> {
    let runner = Runner::new(program, request.hash_seed)?;
    let Some(preload) = &request.preload else {
        let dump = Dump::parse(take_bytes(&runner)?).ok_or_else(incomplete)?;
        return Ok(Taken::of_interpreter(request, dump));
    };
    let (bytes, selection) = preload::dump(&runner, preload)?;
    Ok(Taken {
        hash_seed: request.hash_seed,
        dump: Dump::parse(bytes).ok_or_else(incomplete)?,
        guards: selection.guards,
        report: serde_json::to_vec(&selection.contents).map_err(|error| Error::io(error.into()))?,
        contents: Some(selection.contents),
    })
}

/// What the process has written down.
fn take_bytes(runner: &Runner) -> Result<Vec<u8>> {
    runner.dump(None)?.map_err(|difference| {
        Error::new(
            Code::NoSnapshot,
            format!("two start snapshots of the same program differ, in {difference}"),
        )
        .hint("please report it: a start must not depend on an address, the time, a random number or its surroundings")
    })
}

fn incomplete() -> Error {
    Error::new(Code::NoSnapshot, "the start snapshot is incomplete")
}
