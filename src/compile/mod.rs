//! From sources to code objects, by worker processes of the runtime itself and a cache of what they
//! made.

mod cache;
mod marshal;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::ui::Reporter;
use crate::{Error, Result};

pub(crate) use cache::Cache;

/// Stack of threads that read marshaled code objects: `marshal` nests up to 2000 deep.
const STACK_SIZE: usize = 16 << 20;

/// A source to compile.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The source, as it lies in the file.
    pub(crate) source: Arc<[u8]>,
    /// `co_filename`.
    pub(crate) filename: String,
    /// Optimization level, 0 to 2.
    pub(crate) optimize: u8,
}

/// A code object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// `_imp.source_hash` of the source.
    pub(crate) source_hash: [u8; 8],
    /// The compiler gives a `SyntaxWarning`, which under `python` a script gives at each start.
    pub(crate) warns: bool,
    /// The canonical marshaled form.
    pub(crate) marshaled: Vec<u8>,
}

impl Code {
    /// Header of the `.pyc` file: hash-based and unchecked (PEP 552).
    pub(crate) fn pyc_header(&self, magic: u32) -> [u8; 16] {
        let mut header = [0; 16];
        header[..4].copy_from_slice(&magic.to_le_bytes());
        header[4] = 0b01;
        header[8..].copy_from_slice(&self.source_hash);
        header
    }
}

/// The names that a marshaled code object uses, imported modules among them; nothing if it is none.
pub(crate) fn names(marshaled: &[u8]) -> Option<Vec<String>> {
    // Its threads have the stack that it takes.
    crate::analyze::imports::in_pool(|| marshal::names(marshaled)).ok()
}

/// What became of a [`Job`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is Python.
    Code(Code),
    /// It is not.
    Error(SourceError),
}

/// Why a source could not be compiled, in CPython's words. Lines and columns count from 1, columns
/// in characters; 0 if unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceError {
    /// First line.
    pub(crate) line: usize,
    /// First column.
    pub(crate) column: usize,
    /// Last line.
    pub(crate) end_line: usize,
    /// Column after the last.
    pub(crate) end_column: usize,
    /// `invalid syntax`.
    pub(crate) message: String,
}

impl SourceError {
    /// Reads the reply of a worker.
    fn parse(payload: &[u8]) -> Option<Self> {
        let text = str::from_utf8(payload).ok()?;
        let mut fields = text.splitn(5, '\0');
        let mut number = || fields.next()?.parse().ok();
        Some(Self {
            line: number()?,
            column: number()?,
            end_line: number()?,
            end_column: number()?,
            message: fields.next()?.to_owned(),
        })
    }
}

/// Compiles sources with one worker process per core, as many as there is work for.
pub(crate) struct Compiler {
    python: PathBuf,
    cache: Option<Cache>,
}

impl Compiler {
    /// A compiler that runs `python` and remembers its work in `cache`.
    pub(crate) fn new(python: &Path, cache: Option<Cache>) -> Self {
        Self {
            python: python.to_owned(),
            cache,
        }
    }

    /// Compiles all `jobs`. The outcomes are in their order.
    ///
    /// # Errors
    /// When a worker cannot be started or dies. A source that is not Python is no error but an
    /// [`Outcome`].
    pub(crate) fn compile(&self, jobs: &[Job], ui: &dyn Reporter) -> Result<Vec<Outcome>> {
        use rayon::prelude::*;
        let mut outcomes: Vec<Option<Outcome>> = jobs
            .par_iter()
            .map(|job| self.cache.as_ref()?.get(job).map(Outcome::Code))
            .collect();
        let missing: Vec<usize> = (0..jobs.len())
            .filter(|&index| outcomes[index].is_none())
            .collect();
        let total = jobs.len() as u64;
        let hits = total - missing.len() as u64;
        ui.progress(hits, total);
        for (index, outcome) in
            self.work(jobs, &missing, &|done| ui.progress(hits + done, total))?
        {
            outcomes[index] = Some(outcome);
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Lets workers compile the jobs with these indices.
    fn work(
        &self,
        jobs: &[Job],
        indices: &[usize],
        done: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<(usize, Outcome)>> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        // A worker takes as long to start as some twenty modules take to compile.
        let workers = cores.min(indices.len().div_ceil(8));
        let next = AtomicUsize::new(0);
        let finished = AtomicUsize::new(0);
        let failure: Mutex<Option<Error>> = Mutex::new(None);
        let results = Mutex::new(Vec::with_capacity(indices.len()));
        let serve = || -> Result<()> {
            let mut worker = worker::Worker::start(&self.python)?;
            while let Some(&index) = indices.get(next.fetch_add(1, Ordering::Relaxed)) {
                let outcome = worker.compile(&jobs[index])?;
                if let (Some(cache), Outcome::Code(code)) = (&self.cache, &outcome) {
                    cache.put(&jobs[index], code);
                }
                lock(&results).push((index, outcome));
                done(finished.fetch_add(1, Ordering::Relaxed) as u64 + 1);
            }
            Ok(())
        };
        let run = || {
            if let Err(error) = serve() {
                // The other workers have no more to do.
                next.store(indices.len(), Ordering::Relaxed);
                lock(&failure).get_or_insert(error);
            }
        };
        thread::scope(|scope| -> Result<()> {
            for _ in 0..workers {
                thread::Builder::new()
                    .stack_size(STACK_SIZE)
                    .spawn_scoped(scope, run)
                    .map_err(|error| {
                        Error::new(crate::Code::CompileWorker, "a thread cannot be started")
                            .caused_by(error)
                    })?;
            }
            Ok(())
        })?;
        match failure
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
        {
            Some(error) => Err(error),
            None => Ok(results
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Pack;
    use crate::ui::Silent;

    fn pack() -> Pack {
        Pack::locate().expect("the tests are given a runtime")
    }

    fn job(source: &str, filename: &str) -> Job {
        Job {
            source: source.as_bytes().into(),
            filename: filename.to_owned(),
            optimize: 0,
        }
    }

    /// Sources of the runtime's standard library.
    fn standard_jobs(pack: &Pack) -> Vec<Job> {
        [
            "argparse",
            "ast",
            "datetime",
            "enum",
            "inspect",
            "json/decoder",
            "re/_parser",
            "typing",
            "tokenize",
        ]
        .iter()
        .map(|name| {
            let path = format!("lib/python3.13/{name}.py");
            Job {
                source: pack.read(&path).unwrap().into(),
                filename: format!("/fastice/{path}"),
                optimize: 0,
            }
        })
        .collect()
    }

    #[test]
    fn bytes_do_not_depend_on_what_a_worker_did_before() {
        let pack = pack();
        let compiler = Compiler::new(pack.python(), None);
        let mut jobs = standard_jobs(&pack);
        let forward = compiler.compile(&jobs, &Silent).unwrap();
        jobs.reverse();
        // Every source twice: the second time everything it names is interned and referred to.
        jobs.extend(jobs.clone());
        let backward = compiler.compile(&jobs, &Silent).unwrap();
        assert!(forward.iter().eq(backward.iter().rev().take(forward.len())));
        assert!(forward.iter().eq(backward[..forward.len()].iter().rev()));
    }

    #[test]
    fn canonical_is_a_fixed_point() {
        let pack = pack();
        let jobs = standard_jobs(&pack);
        for outcome in Compiler::new(pack.python(), None)
            .compile(&jobs, &Silent)
            .unwrap()
        {
            let Outcome::Code(code) = outcome else {
                panic!("the standard library is Python");
            };
            let again = thread::scope(|scope| {
                let read = || marshal::canonicalize(&code.marshaled);
                let reader = thread::Builder::new()
                    .stack_size(STACK_SIZE)
                    .spawn_scoped(scope, read);
                reader.unwrap().join().unwrap()
            });
            assert!(again.unwrap() == code.marshaled);
        }
    }

    #[test]
    fn errors_are_told_as_python_tells_them() {
        let pack = pack();
        let jobs = [
            job("x = 1\n", "/fastice/a.py"),
            job("é = (\n", "/fastice/b.py"),
            job("x = '\0'\n", "/fastice/c.py"),
            job("# coding: no-such\n", "/fastice/d.py"),
        ];
        let outcomes = Compiler::new(pack.python(), None)
            .compile(&jobs, &Silent)
            .unwrap();
        let messages: Vec<String> = outcomes
            .iter()
            .map(|outcome| match outcome {
                Outcome::Code(_) => "code".to_owned(),
                Outcome::Error(error) => {
                    format!("{}:{} {}", error.line, error.column, error.message)
                }
            })
            .collect();
        assert_eq!(messages[..2], ["code", "1:5 '(' was never closed"]);
        assert!(messages[2].contains("null bytes"), "{}", messages[2]);
        assert!(messages[3].contains("unknown encoding"), "{}", messages[3]);
    }

    #[test]
    fn the_cache_gives_back_what_was_compiled_and_nothing_damaged() {
        let pack = pack();
        let directory = tempfile::tempdir().unwrap();
        let cache = || Cache::new(directory.path(), pack.header().python.magic);
        let jobs = [job("x = 1\n", "/fastice/a.py")];
        assert!(cache().get(&jobs[0]).is_none());
        let compiled = Compiler::new(pack.python(), Some(cache()))
            .compile(&jobs, &Silent)
            .unwrap();
        // No worker can be started here: the outcome is the cache's.
        let cached = Compiler::new(Path::new("/nonexistent"), Some(cache()))
            .compile(&jobs, &Silent)
            .unwrap();
        assert_eq!(compiled, cached);
        assert!(
            cache()
                .get(&Job {
                    optimize: 2,
                    ..jobs[0].clone()
                })
                .is_none()
        );
        assert!(cache().get(&job("x = 1\n", "/fastice/b.py")).is_none());
        for entry in walkdir::WalkDir::new(directory.path()) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let mut bytes = fs_err::read(entry.path()).unwrap();
                *bytes.last_mut().unwrap() ^= 1;
                fs_err::write(entry.path(), bytes).unwrap();
            }
        }
        assert!(cache().get(&jobs[0]).is_none());
    }

    #[test]
    fn a_worker_that_dies_is_an_error() {
        let jobs = [job("x = 1\n", "/fastice/a.py")];
        for program in ["/bin/false", "/nonexistent"] {
            let error = Compiler::new(Path::new(program), None)
                .compile(&jobs, &Silent)
                .unwrap_err();
            assert_eq!(error.code(), crate::Code::CompileWorker);
        }
    }
}
