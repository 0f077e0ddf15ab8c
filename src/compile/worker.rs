//! A process of the runtime that compiles sources. The protocol is described in
//! `compile_worker.py`.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Code, Job, Outcome, SourceError, marshal};
use crate::interrupt::ChildGroup;
use crate::{Code as ErrorCode, Error, Result};

const SCRIPT: &str = include_str!("../../templates/bootstrap/compile_worker.py");

/// One worker. It ends when it is dropped.
pub(super) struct Worker {
    process: ChildGroup,
}

impl Worker {
    /// Starts `python` as a worker.
    pub(super) fn start(python: &Path) -> Result<Self> {
        let mut command = Command::new(python);
        command
            .args(["-I", "-S", "-W", "ignore", "-X", "utf8", "-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let process = ChildGroup::spawn(&mut command).map_err(|error| {
            Error::new(
                ErrorCode::CompileWorker,
                format!("the runtime {} cannot be started", python.display()),
            )
            .caused_by(error)
        })?;
        Ok(Self { process })
    }

    /// Compiles one source.
    pub(super) fn compile(&mut self, job: &Job) -> Result<Outcome> {
        let (status, payload) = self.exchange(job).map_err(|error| self.died(job, error))?;
        match status {
            0 => {
                let (source_hash, (warns, marshaled)) = payload
                    .split_first_chunk()
                    .and_then(|(hash, rest)| Some((hash, rest.split_first()?)))
                    .ok_or_else(|| protocol_error(job, "a reply without a code object"))?;
                let marshaled = marshal::canonicalize(marshaled).map_err(|error| {
                    protocol_error(job, "a code object that cannot be read").caused_by(error)
                })?;
                Ok(Outcome::Code(Code {
                    source_hash: *source_hash,
                    warns: *warns != 0,
                    marshaled,
                }))
            }
            1 => SourceError::parse(&payload)
                .map(Outcome::Error)
                .ok_or_else(|| protocol_error(job, "an error that cannot be read")),
            _ => Err(protocol_error(job, "an unknown reply")),
        }
    }

    fn exchange(&mut self, job: &Job) -> io::Result<(u8, Vec<u8>)> {
        let child = self.process.child();
        let (Some(stdin), Some(stdout)) = (child.stdin.as_mut(), child.stdout.as_mut()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let name = job.filename.as_bytes();
        let length = |bytes: &[u8]| {
            u32::try_from(bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))
        };
        let mut request = Vec::with_capacity(9 + name.len() + job.source.len());
        request.push(job.optimize);
        request.extend(length(name)?.to_le_bytes());
        request.extend(length(&job.source)?.to_le_bytes());
        request.extend(name);
        request.extend(&*job.source);
        stdin.write_all(&request)?;
        stdin.flush()?;
        let mut head = [0; 5];
        stdout.read_exact(&mut head)?;
        let [status, length @ ..] = head;
        let mut payload = vec![0; u32::from_le_bytes(length) as usize];
        stdout.read_exact(&mut payload)?;
        Ok((status, payload))
    }

    /// The error for a worker that no longer answers, with what it said last.
    fn died(&mut self, job: &Job, error: io::Error) -> Error {
        let child = self.process.child();
        drop(child.stdin.take());
        let mut words = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            // What can be read is enough for a message.
            let _ = stderr.read_to_string(&mut words);
        }
        let last = words.lines().last().unwrap_or_default().trim();
        let mut message = format!(
            "the process that compiles Python sources ended at {}",
            job.filename
        );
        if !last.is_empty() {
            message = format!("{message}: {last}");
        }
        Error::new(ErrorCode::CompileWorker, message)
            .hint("it may have run out of memory; the build can be repeated")
            .caused_by(error)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        let child = self.process.child();
        drop(child.stdin.take());
    }
}

fn protocol_error(job: &Job, what: &str) -> Error {
    Error::new(
        ErrorCode::CompileWorker,
        format!(
            "the process that compiles Python sources gave {what} for {}",
            job.filename
        ),
    )
}
