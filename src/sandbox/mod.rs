//! Running an executable where there is nothing but it: namespaces with an empty root, no network and nothing to write to.
//!
//! Two more processes of this very program do it, each with one thread, as the kernel wants it. The *monitor* leaves the
//! user's namespaces and watches; its child, the *inmate*, builds the root, moves into it, and becomes the program as
//! process 1 of its own process namespace. They get their orders, and answer, over a socket that is their stdin; what they
//! have as stdout and stderr becomes the program's. Everything needs only what unprivileged users may do where the kernel lets them make user namespaces.

mod inmate;
mod monitor;
mod root;
pub mod syscalls;

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::ExitStatus;
use crate::interrupt::{ChildGroup, TempDir};
use crate::{Code, Error, Result};

pub use syscalls::{Access, Touched};

/// What is run, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
    /// It is to be an interpreter with the modules of the executable, as its own children can be.
    pub as_interpreter: bool,
    /// It is killed after this long.
    pub timeout: Duration,
    /// What it does to files is recorded. It runs slower then.
    pub traced: bool,
    /// Bytes of each of its streams that are kept, the last ones.
    pub kept: usize,
}

/// What happened.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Exit status, if it ended by itself.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// It was killed because its time was up.
    pub timed_out: bool,
    /// From its start to its end.
    pub wall_time: Duration,
    /// The most memory that one of its processes had at a time, in bytes.
    pub peak_memory: u64,
    /// What it wrote, as much of it as is kept.
    pub stdout: String,
    /// The same of its standard error.
    pub stderr: String,
    /// What it did, if it was traced.
    pub touched: Vec<Touched>,
    /// Why it could not be isolated, if it was not.
    pub not_isolated: Option<String>,
}

impl Outcome {
    /// How it ended, in words: `ended with status 0`.
    pub fn ending(&self) -> String {
        ending(self.timed_out, self.status, self.signal.as_deref())
    }
}

/// How a process ended, in words.
pub(crate) fn ending(timed_out: bool, status: Option<i32>, signal: Option<&str>) -> String {
    match (timed_out, status, signal) {
        (true, ..) => "still ran when its time was up".to_owned(),
        (_, Some(status), _) => format!("ended with status {status}"),
        (_, _, Some(signal)) => format!("was ended by {signal}"),
        _ => "ended".to_owned(),
    }
}

/// Bytes of a stream that are kept where people read them.
pub const KEPT: usize = 64 << 10;

/// What the monitor gets.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    run: Run,
    /// An empty directory that becomes the root.
    directory: PathBuf,
}

/// Where an executable lies in the root. Its directory has no other use, so that no name can be taken.
pub const PLACE: &str = "/opt";

/// The first argument that makes this program a part of a sandbox. It is no command: nobody types it.
const COMMAND: &str = "__sandbox";

/// Runs an executable in a sandbox, or as far apart from this machine as it can be.
///
/// # Errors
/// [`Code::Sandbox`] when it cannot be run at all.
pub fn run(run: &Run) -> Result<Outcome> {
    start(run).map_err(|error| {
        Error::new(
            Code::Sandbox,
            format!("`{}` cannot be run apart", run.program.display()),
        )
        .caused_by(error)
    })
}

fn start(run: &Run) -> io::Result<Outcome> {
    let directory = TempDir::new_in(&std::env::temp_dir())?;
    let order = Order {
        run: Run {
            program: fs_err::canonicalize(&run.program)?,
            ..run.clone()
        },
        directory: directory.path().to_owned(),
    };
    let (ours, theirs) = UnixStream::pair()?;
    let mut monitor = {
        let mut command = Command::new(this_program());
        command
            .args([COMMAND, "monitor"])
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        ChildGroup::spawn(&mut command)?
    };
    let kept = run.kept;
    let stdout = monitor.child().stdout.take();
    let stdout = stdout.map(|stream| keep(stream, kept));
    let stderr = monitor.child().stderr.take();
    let stderr = stderr.map(|stream| keep(stream, kept));
    let mut line = Line::new(ours);
    line.write(&order)?;
    let inmate: i32 = line.read::<Answer<i32>>()?.into_result()?;
    line.stream().set_read_timeout(Some(run.timeout))?;
    let mut timed_out = false;
    let outcome = loop {
        match line.read::<Answer<Outcome>>() {
            Err(error)
                if !timed_out
                    && matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                timed_out = true;
                // The monitor waits for it, so its number is its own still.
                let _ = killpg(Pid::from_raw(inmate), Signal::SIGKILL);
                line.stream().set_read_timeout(None)?;
            }
            answer => break answer?.into_result()?,
        }
    };
    monitor.wait()?;
    let text = |reader: Option<JoinHandle<Vec<u8>>>| {
        let bytes = reader
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ok(Outcome {
        timed_out,
        stdout: text(stdout),
        stderr: text(stderr),
        ..outcome
    })
}

/// Reads a stream to its end and keeps the last of it.
fn keep(mut stream: impl Read + Send + 'static, most: usize) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            kept.extend_from_slice(&buffer[..read]);
            if kept.len() > 2 * most {
                kept.drain(..kept.len() - most);
            }
        }
        let surplus = kept.len().saturating_sub(most);
        kept.drain(..surplus);
        kept
    })
}

/// This executable, also if it was replaced since it started.
fn this_program() -> &'static Path {
    Path::new("/proc/self/exe")
}

/// What a process of the sandbox says to the one that started it.
#[derive(Serialize, Deserialize)]
enum Answer<T> {
    Done(T),
    Failed(String),
}

impl<T> Answer<T> {
    fn into_result(self) -> io::Result<T> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Failed(message) => Err(io::Error::other(message)),
        }
    }
}

/// JSON in both directions, one document a line, over a socket.
struct Line(BufReader<UnixStream>);

impl Line {
    fn new(stream: UnixStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// The end of a child, which has it as its stdin.
    fn of_child() -> io::Result<Self> {
        let stream = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self::new(stream.into()))
    }

    fn stream(&self) -> &UnixStream {
        self.0.get_ref()
    }

    fn write(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        writeln!(self.0.get_mut(), "{text}")
    }

    fn read<T: DeserializeOwned>(&mut self) -> io::Result<T> {
        let mut text = String::new();
        if self.0.read_line(&mut text)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&text)?)
    }
}

/// Takes a part in a sandbox, if that is what this process was started for. To be called first of all: while it has one thread.
pub fn enter() -> Option<ExitStatus> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != COMMAND {
        return None;
    }
    let role = arguments.next().unwrap_or_default();
    let result = Line::of_child().and_then(|mut line| {
        let result = if role == "monitor" {
            monitor::main(&mut line)
        } else {
            inmate::main(&mut line)
        };
        result.or_else(|error| line.write(&Answer::<()>::Failed(error.to_string())))
    });
    Some(match result {
        Ok(()) => ExitStatus::Success,
        Err(_) => ExitStatus::Error,
    })
}
