//! Runs a program in an empty root: namespaces in which there is the program, the dynamic loader, the C library and nothing
//! else. No Python, no source tree, no `/proc`, no `/tmp`, no network; and nothing can be written.
//!
//! Works as root, and for other users where the kernel lets them make user namespaces. Uses `unshare`, `mount` and `chroot`,
//! which every Debian has (packages util-linux and coreutils), and `ip` for a loopback network (iproute2).

mod debian;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use fs_err as fs;
use tempfile::TempDir;

pub use debian::debian;

/// What a frozen executable needs of the machine it runs on, by the path under which it is looked for.
/// The C library is several files; most of them are empty by now, and older libraries still need them.
const C_LIBRARY: [&str; 8] = [
    "lib64/ld-linux-x86-64.so.2",
    "lib/x86_64-linux-gnu/libc.so.6",
    "lib/x86_64-linux-gnu/libdl.so.2",
    "lib/x86_64-linux-gnu/libm.so.6",
    "lib/x86_64-linux-gnu/libpthread.so.0",
    "lib/x86_64-linux-gnu/libresolv.so.2",
    "lib/x86_64-linux-gnu/librt.so.1",
    "lib/x86_64-linux-gnu/libutil.so.1",
];

/// Environment variable with the root directory of another system, whose C library an [`EmptyRoot`] gets.
pub const SYSTEM_VARIABLE: &str = "FASTICE_TEST_SYSTEM";

/// Runs inside the namespaces.
const ENTER: &str = include_str!("enter.sh");

/// Directories of a system that a [furnished](EmptyRoot::furnish) root has anyway.
const OWN_DIRECTORIES: [&str; 3] = ["dev", "proc", "tmp"];

/// Devices that every program may expect.
const DEVICES: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// A root directory in the making. It disappears when this is dropped.
pub struct EmptyRoot {
    directory: TempDir,
    /// What else the root gets, as words for the script.
    furniture: Vec<OsString>,
}

impl EmptyRoot {
    /// A root that holds the C library alone: this machine's, or that of the system whose root directory [`SYSTEM_VARIABLE`] names.
    ///
    /// # Errors
    /// When it cannot be written, or the system has no such C library.
    pub fn new() -> io::Result<Self> {
        let system = env::var_os(SYSTEM_VARIABLE).map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let root = Self::bare()?;
        for path in C_LIBRARY {
            root.add(&resolved(&system, Path::new(path))?, path)?;
        }
        Ok(root)
    }

    /// A root that shows the whole of another system, whose root directory is `system`.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn of_system(system: &Path) -> io::Result<Self> {
        let mut root = Self::bare()?;
        for entry in fs::read_dir(system)? {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                // `lib` is `usr/lib`.
                let link = root.contents().join(&name);
                std::os::unix::fs::symlink(fs::read_link(entry.path())?, link)?;
            } else if kind.is_dir() && !OWN_DIRECTORIES.iter().any(|own| name == *own) {
                root.bind(&entry.path(), Path::new("/").join(name));
            }
        }
        Ok(root)
    }

    /// A root with nothing in it.
    fn bare() -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("empty-root-").tempdir()?;
        fs::create_dir(directory.path().join("root"))?;
        fs::create_dir(directory.path().join("contents"))?;
        Ok(Self {
            directory,
            furniture: Vec::new(),
        })
    }

    /// Copies a file of this machine to `path` in the root.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn add(&self, file: &Path, path: &str) -> io::Result<()> {
        let target = self.contents().join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(file, target)?;
        Ok(())
    }

    /// Shows a file or directory of this machine at `path` in the root, an absolute path; it cannot be written there.
    pub fn bind(&mut self, file: &Path, path: impl AsRef<OsStr>) {
        self.furniture
            .extend(["bind".as_ref(), file.as_os_str(), path.as_ref()].map(OsStr::to_owned));
    }

    /// Adds what a machine has and no program brings: `/proc`, devices, shared memory, the loopback network. `/tmp` is there, but neither
    /// writable nor executable. The program is no longer process 1, to which other rules of signals apply.
    pub fn furnish(&mut self) {
        let devices = DEVICES.iter().flat_map(|device| ["device", device]);
        let words = [
            "proc", "loopback", "child", "sealed", "/tmp", "writable", "/dev/shm",
        ];
        self.furniture
            .extend(devices.chain(words).map(OsString::from));
    }

    /// Adds an empty directory that can be written. It goes away with the program.
    pub fn writable(&mut self, path: impl AsRef<OsStr>) {
        self.furniture
            .extend(["writable".as_ref(), path.as_ref()].map(OsStr::to_owned));
    }

    /// A command that runs `program`, a path in the root such as `/app`, there. Its environment is empty but for `PATH`; its exit
    /// status is the program's (128 and the number of the signal that ended it in a [furnished](Self::furnish) root). The
    /// program is process 1 of its own process namespace.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = namespaces();
        command
            .args(["sh", "-c", ENTER, "sandbox"])
            .arg(self.directory.path())
            .args(&self.furniture)
            .arg("--")
            .arg(program);
        command
    }

    fn contents(&self) -> PathBuf {
        self.directory.path().join("contents")
    }
}

/// A command that runs `program` while nobody can write in `directory`. Its environment is empty but for `PATH`; its exit
/// status is the program's.
pub fn read_only(directory: &Path, program: impl AsRef<OsStr>) -> Command {
    let mut command = namespaces();
    command
        .args([
            "sh",
            "-ec",
            r#"mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"; cd .; exec "$@""#,
        ])
        .arg(directory)
        .arg(program);
    command
}

/// Where `path`, relative to the root directory `system`, leads if it is a link there.
fn resolved(system: &Path, path: &Path) -> io::Result<PathBuf> {
    let found = system.join(path);
    if !fs::symlink_metadata(&found)?.is_symlink() {
        return Ok(found);
    }
    let target = fs::read_link(&found)?;
    match target.strip_prefix("/") {
        Ok(target) => resolved(system, target),
        Err(_) => Ok(found.with_file_name(target)),
    }
}

/// Checks that programs can be run in an empty root here.
///
/// # Errors
/// With the reason and a remedy, when the kernel or a container forbids it.
pub fn permitted() -> io::Result<()> {
    let output = namespaces()
        .args(["mount", "-t", "tmpfs", "root", "/mnt"])
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "this machine does not let its users make namespaces: {}; run as root, set the sysctl kernel.unprivileged_userns_clone=1, \
             or give the container the capability CAP_SYS_ADMIN (docker run --privileged)",
            String::from_utf8_lossy(&output.stderr).trim()
        ),
    ))
}

/// `unshare` with everything that separates a program from this machine.
fn namespaces() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--net", "--pid", "--fork", "--kill-child"]);
    if !is_privileged() {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

/// May this process make namespaces without becoming root of one? Not every root may: containers take the right away.
fn is_privileged() -> bool {
    static PRIVILEGED: OnceLock<bool> = OnceLock::new();
    *PRIVILEGED.get_or_init(|| {
        Command::new("unshare")
            .args(["--mount", "true"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}
