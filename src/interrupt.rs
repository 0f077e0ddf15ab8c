//! Ctrl-C at any moment: children are killed, unfinished files removed, and the process dies of the
//! signal, as a shell expects of a program.
//!
//! Two registries hold what must not survive: process groups of children, and paths. The thread that waits for signals takes
//! their lock and never gives it back, so that nothing new can begin while it tidies up.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What an interrupted build must not leave behind.
struct Registry {
    children: BTreeSet<u32>,
    paths: BTreeMap<PathBuf, Removal>,
}

/// What happens to a path of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Removal {
    /// It goes with everything in it.
    Whole,
    /// It is a directory, and goes if nothing is in it.
    IfEmpty,
}

/// How temporary names begin, so that people know whose they are.
const PREFIX: &str = ".fastice-";

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    children: BTreeSet::new(),
    paths: BTreeMap::new(),
});

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to watch for SIGINT, SIGTERM and SIGHUP. For programs, once, at their start.
///
/// # Errors
/// When the handlers cannot be set.
pub fn watch() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let registry = registry();
                for &child in &registry.children {
                    kill_group(child);
                }
                // Deepest first, so that a directory is empty when its turn comes.
                for (path, removal) in registry.paths.iter().rev() {
                    match removal {
                        Removal::Whole => remove(path),
                        // Not empty: others have put something there.
                        Removal::IfEmpty => drop(fs_err::remove_dir(path)),
                    }
                }
                // Dies of the signal; if the kernel refuses, of an abort.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                std::process::abort();
            }
        })?;
    Ok(())
}

fn kill_group(leader: u32) {
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // It may have ended by itself; then there is nothing to do.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Removes a file or a whole directory. Tries for a while: a killed child may still be writing its last file.
fn remove(path: &Path) {
    for _ in 0..20 {
        let Ok(metadata) = fs_err::symlink_metadata(path) else {
            return;
        };
        let removed = if metadata.is_dir() {
            fs_err::remove_dir_all(path)
        } else {
            fs_err::remove_file(path)
        };
        if removed.is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for ever if the process is being ended by a signal: for use before an error is reported that may only be an effect of it.
pub fn settle() {
    drop(registry());
}

/// A path that is removed if the process is interrupted while this value lives. Dropping it leaves the path alone.
#[derive(Debug)]
struct PathGuard(PathBuf);

impl PathGuard {
    /// Makes something and guards its path, with no moment between the two.
    fn make<T>(
        removal: Removal,
        make: impl FnOnce() -> io::Result<T>,
        path: impl FnOnce(&T) -> PathBuf,
    ) -> io::Result<(T, Self)> {
        let mut registry = registry();
        let made = make()?;
        // Absolute, so that what lies in a directory sorts behind it.
        let path = std::path::absolute(path(&made))?;
        registry.paths.insert(path.clone(), removal);
        Ok((made, Self(path)))
    }
}

impl Drop for PathGuard {
    fn drop(&mut self) {
        registry().paths.remove(&self.0);
    }
}

/// A temporary directory that goes away when dropped, and when the process is interrupted.
#[derive(Debug)]
pub struct TempDir {
    directory: tempfile::TempDir,
    _guard: PathGuard,
}

impl TempDir {
    /// A new one in the directory `parent`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        let make = || tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent);
        let (directory, guard) =
            PathGuard::make(Removal::Whole, make, |made| made.path().to_owned())?;
        Ok(Self {
            directory,
            _guard: guard,
        })
    }
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// A temporary file that goes away when dropped, and when the process is interrupted, unless it was given its place.
#[derive(Debug)]
pub struct TempFile {
    /// Open until it is closed.
    file: Option<fs_err::File>,
    path: tempfile::TempPath,
    guard: PathGuard,
}

impl TempFile {
    /// A new one in the directory `parent`, open for writing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        let make = || tempfile::Builder::new().prefix(PREFIX).tempfile_in(parent);
        let (file, guard) = PathGuard::make(Removal::Whole, make, |made| made.path().to_owned())?;
        let (file, path) = file.into_parts();
        Ok(Self {
            file: Some(fs_err::File::from_parts(file, &path)),
            path,
            guard,
        })
    }
    /// Where it is until it gets its name.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Writes to it, behind what was written so far.
    ///
    /// # Errors
    /// When it was closed and cannot be opened again.
    pub fn writer(&mut self) -> io::Result<impl io::Write + '_> {
        // An error of it says nothing of its name, which nobody has given it.
        self.open().map(|file| file.file())
    }
    fn open(&mut self) -> io::Result<&mut fs_err::File> {
        if self.file.is_none() {
            self.file = Some(fs_err::OpenOptions::new().append(true).open(&*self.path)?);
        }
        self.file.as_mut().ok_or(io::ErrorKind::NotFound.into())
    }
    /// Closes it: a program that is open for writing cannot be executed.
    pub fn close(&mut self) {
        self.file = None;
    }
    /// Throws away what lies behind the first `len` bytes.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn truncate(&mut self, len: u64) -> io::Result<()> {
        use std::io::Seek as _;
        let file = self.open()?;
        file.set_len(len)?;
        file.seek(io::SeekFrom::End(0)).map(|_| ())
    }
    /// Sets its mode; a new one is its owner's alone.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn set_mode(&self, mode: std::fs::Permissions) -> io::Result<()> {
        fs_err::set_permissions(&self.path, mode)
    }
    /// Makes it an executable.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn make_executable(&self) -> io::Result<()> {
        self.set_mode(PermissionsExt::from_mode(0o755))
    }
    /// Waits until it lies safely on the disk.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn sync(&mut self) -> io::Result<()> {
        self.open()?.sync_all()
    }
    /// Gives it its name, replacing a file that has it.
    ///
    /// # Errors
    /// When the file system refuses; the file is removed then.
    pub fn persist(self, path: &Path) -> io::Result<()> {
        drop(self.file);
        self.path.persist(path).map_err(|error| error.error)?;
        drop(self.guard);
        Ok(())
    }
}

/// Directories that were made for a file to come, removed again when dropped (the file did not come) and when the process is
/// interrupted; those in which something lies stay.
#[derive(Debug, Default)]
pub struct NewDirectories(Vec<PathGuard>);

impl NewDirectories {
    /// Makes `directory` and those above it that are missing.
    ///
    /// # Errors
    /// When one cannot be made; those made before are removed.
    pub fn make(directory: &Path) -> io::Result<Self> {
        let mut missing: Vec<&Path> = directory
            .ancestors()
            .take_while(|ancestor| !ancestor.as_os_str().is_empty() && !ancestor.exists())
            .collect();
        missing.reverse();
        let mut made = Self::default();
        for path in missing {
            let make = || fs_err::create_dir(path);
            let ((), guard) = PathGuard::make(Removal::IfEmpty, make, |()| path.to_owned())?;
            made.0.push(guard);
        }
        Ok(made)
    }
    /// Lets them stay.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for NewDirectories {
    fn drop(&mut self) {
        while let Some(guard) = self.0.pop() {
            // Only an empty one goes.
            let _ = fs_err::remove_dir(&guard.0);
        }
    }
}

/// A path that does not exist yet, where a child may put what nobody wants: it is removed when this value is dropped, and when
/// the process is interrupted.
#[derive(Debug)]
pub struct Litter(PathGuard);

impl Litter {
    /// Watches `path`. `None` if something is there already: it stays.
    pub fn expect(path: &Path) -> Option<Self> {
        let free = || match fs_err::symlink_metadata(path) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => Ok(()),
        };
        let guarded = PathGuard::make(Removal::Whole, free, |()| path.to_owned());
        guarded.ok().map(|((), guard)| Self(guard))
    }
}

impl Drop for Litter {
    fn drop(&mut self) {
        remove(&self.0.0);
    }
}

/// A child process in a process group of its own, killed with all of its descendants there when the builder is interrupted or
/// the value is dropped before it ended.
#[derive(Debug)]
pub struct ChildGroup {
    child: Child,
    ended: bool,
}

impl ChildGroup {
    /// Starts `command`. It must not read from the terminal: it is no longer in the foreground.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut registry = registry();
        let child = command.process_group(0).spawn()?;
        registry.children.insert(child.id());
        Ok(Self {
            child,
            ended: false,
        })
    }
    /// The process, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
    /// Waits for its end.
    ///
    /// # Errors
    /// When waiting fails.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.ended = true;
        Ok(status)
    }
    /// Collects what it writes to its pipes and waits for its end, as [`Child::wait_with_output`].
    ///
    /// # Errors
    /// When reading or waiting fails.
    pub fn wait_with_output(mut self) -> io::Result<Output> {
        use std::io::Read;
        let stdout = self.child.stdout.take();
        let stderr = self.child.stderr.take();
        drop(self.child.stdin.take());
        let reader = thread::spawn(move || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = stderr {
                pipe.read_to_end(&mut bytes)?;
            }
            Ok(bytes)
        });
        let mut bytes = Vec::new();
        if let Some(mut pipe) = stdout {
            pipe.read_to_end(&mut bytes)?;
        }
        let errors = reader
            .join()
            .map_err(|_| io::Error::other("the reading thread panicked"))??;
        let status = self.wait()?;
        Ok(Output {
            status,
            stdout: bytes,
            stderr: errors,
        })
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        let id = self.child.id();
        if !self.ended {
            kill_group(id);
            let _ = self.child.wait();
        }
        registry().children.remove(&id);
    }
}
