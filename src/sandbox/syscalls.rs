//! What a process and its children do to files: their system calls, watched with ptrace(2).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::unix::fs::FileExt as _;

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// What was done to a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The path, as the process gave it to the kernel; an address for [`Access::Connect`].
    pub path: String,
    /// How.
    pub access: Access,
    /// Why it failed: the name of the error, `EROFS`.
    pub error: Option<String>,
}

/// How a path was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Opened to be read.
    Read,
    /// Opened to be written, created, or a directory made there.
    Write,
    /// Executed.
    Execute,
    /// A network address or socket that was to be connected to.
    Connect,
}

/// Collects what was touched, each path once for each way and result.
#[derive(Debug, Default)]
pub struct Recorder(BTreeMap<(String, Access), Option<String>>);

impl Recorder {
    fn add(&mut self, path: String, access: Access, error: Option<String>) {
        match self.0.entry((path, access)) {
            Entry::Vacant(slot) => drop(slot.insert(error)),
            // It worked at least once.
            Entry::Occupied(mut slot) if error.is_none() => drop(slot.insert(None)),
            Entry::Occupied(_) => {}
        }
    }

    /// Everything, sorted by path.
    pub fn finish(self) -> Vec<Touched> {
        let entry = |((path, access), error)| Touched {
            path,
            access,
            error,
        };
        self.0.into_iter().map(entry).collect()
    }
}

/// Begins to trace a process. Its children will be traced, too.
///
/// # Errors
/// When the kernel or a security policy forbids it.
pub fn seize(pid: Pid) -> io::Result<()> {
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(pid, options)?;
    // It stops, and `follow` lets it go from one system call to the next.
    ptrace::interrupt(pid)?;
    Ok(())
}

/// Follows a process and its children until the process ends, and records what they do from its first `execve` on.
///
/// # Errors
/// When it cannot be followed.
pub fn follow(root: Pid, recorder: &mut Recorder) -> io::Result<WaitStatus> {
    let mut started = false;
    // The path of a system call that may replace the memory that it lies in.
    let mut entered: HashMap<Pid, Call> = HashMap::new();
    loop {
        let status = waitpid(None, Some(WaitPidFlag::__WALL))?;
        let Some(pid) = status.pid() else { continue };
        let deliver = match status {
            WaitStatus::Exited(..) | WaitStatus::Signaled(..) if pid == root => return Ok(status),
            WaitStatus::PtraceSyscall(_) => {
                if is_entry(pid) {
                    if let Some(call) =
                        Call::read(pid).filter(|call| started || call.access == Access::Execute)
                    {
                        entered.insert(pid, call);
                    }
                } else if let Some(call) = entered.remove(&pid)
                    && let Some(number) = result(pid)
                {
                    started |= number == 0;
                    let error = (number != 0).then(|| format!("{:?}", Errno::from_raw(number)));
                    recorder.add(call.path, call.access, error);
                }
                None
            }
            WaitStatus::Stopped(_, signal) if signal != Signal::SIGTRAP => Some(signal),
            _ => None,
        };
        // It may have been killed meanwhile; the next wait tells.
        let _ = ptrace::syscall(pid, deliver);
    }
}

/// A system call that names a path.
#[derive(Debug)]
struct Call {
    path: String,
    access: Access,
}

/// Numbers of system calls (`arch/x86/entry/syscalls/syscall_64.tbl` of Linux).
#[cfg(target_arch = "x86_64")]
mod number {
    pub(super) const OPEN: u64 = 2;
    pub(super) const CONNECT: u64 = 42;
    pub(super) const EXECVE: u64 = 59;
    pub(super) const MKDIR: u64 = 83;
    pub(super) const CREAT: u64 = 85;
    pub(super) const OPENAT: u64 = 257;
    pub(super) const MKDIRAT: u64 = 258;
    pub(super) const EXECVEAT: u64 = 322;
    pub(super) const OPENAT2: u64 = 437;
}

/// Does a process stop before a system call, rather than behind it?
#[cfg(target_arch = "x86_64")]
fn is_entry(pid: Pid) -> bool {
    // What the kernel sets as the result until there is one (`arch/x86/entry/entry_64.S`): -ENOSYS.
    ptrace::getregs(pid).is_ok_and(|registers| registers.rax.cast_signed() == -38)
}

/// The number of the error of the system call that a process returns from, 0 if it worked; nothing if it was interrupted and
/// will be made again.
#[cfg(target_arch = "x86_64")]
fn result(pid: Pid) -> Option<i32> {
    /// From here on errors are the kernel's own (`ERESTARTSYS`).
    const INTERNAL: i32 = 512;
    let value = ptrace::getregs(pid).ok()?.rax.cast_signed();
    if !(-4095..0).contains(&value) {
        return Some(0);
    }
    i32::try_from(-value)
        .ok()
        .filter(|&number| number < INTERNAL)
}

#[cfg(target_arch = "x86_64")]
impl Call {
    /// The system call that a process is about to make, if it names a path.
    fn read(pid: Pid) -> Option<Self> {
        let registers = ptrace::getregs(pid).ok()?;
        let (first, second, third) = (registers.rdi, registers.rsi, registers.rdx);
        let opened = |flags: u64| {
            // O_WRONLY, O_RDWR, O_CREAT.
            if flags & 0o103 == 0 {
                Access::Read
            } else {
                Access::Write
            }
        };
        let (address, access) = match registers.orig_rax {
            number::OPEN => (first, opened(second)),
            number::OPENAT => (second, opened(third)),
            number::OPENAT2 => {
                let how = memory(pid, third, 8)?;
                (second, opened(u64::from_le_bytes(how.try_into().ok()?)))
            }
            number::CREAT | number::MKDIR => (first, Access::Write),
            number::MKDIRAT => (second, Access::Write),
            number::EXECVE => (first, Access::Execute),
            number::EXECVEAT => (second, Access::Execute),
            number::CONNECT => {
                let length = usize::try_from(third).ok()?.min(128);
                let path = socket_address(&memory(pid, second, length)?)?;
                return Some(Self {
                    path,
                    access: Access::Connect,
                });
            }
            _ => return None,
        };
        let path = text(pid, address)?;
        (!path.is_empty()).then_some(Self { path, access })
    }
}

/// Other processors have other numbers and registers; nothing is recorded there.
#[cfg(not(target_arch = "x86_64"))]
impl Call {
    fn read(_: Pid) -> Option<Self> {
        None
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn is_entry(_: Pid) -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
fn result(_: Pid) -> Option<i32> {
    None
}

/// An address of `connect`, as text.
fn socket_address(bytes: &[u8]) -> Option<String> {
    let (family, rest) = bytes.split_first_chunk()?;
    match u16::from_ne_bytes(*family) {
        // AF_UNIX; an abstract name begins with a zero.
        1 => {
            let abstracted = rest.first() == Some(&0);
            let name = rest
                .iter()
                .skip(usize::from(abstracted))
                .take_while(|&&byte| byte != 0);
            let name: Vec<u8> = name.copied().collect();
            let sign = if abstracted { "@" } else { "" };
            Some(format!("{sign}{}", String::from_utf8_lossy(&name)))
        }
        // AF_INET
        2 => {
            let port = u16::from_be_bytes(*rest.first_chunk()?);
            let address: [u8; 4] = *rest.get(2..)?.first_chunk()?;
            Some(format!("{}:{port}", std::net::Ipv4Addr::from(address)))
        }
        // AF_INET6
        10 => {
            let port = u16::from_be_bytes(*rest.first_chunk()?);
            let address: [u8; 16] = *rest.get(6..)?.first_chunk()?;
            Some(format!("[{}]:{port}", std::net::Ipv6Addr::from(address)))
        }
        _ => None,
    }
}

/// The text at an address of a process, up to its zero.
fn text(pid: Pid, address: u64) -> Option<String> {
    /// Longest path of Linux.
    const LONGEST: usize = 4096;
    const PAGE: u64 = 4096;
    let mut bytes = Vec::new();
    while bytes.len() < LONGEST {
        let at = address + bytes.len() as u64;
        // Not across the end of a page: the next may not exist.
        let length = usize::try_from(PAGE - at % PAGE).ok()?;
        let piece = memory(pid, at, length)?;
        let end = piece.iter().position(|&byte| byte == 0);
        bytes.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
        if end.is_some() {
            return Some(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    None
}

/// Bytes at an address of a process.
fn memory(pid: Pid, address: u64, length: usize) -> Option<Vec<u8>> {
    let file = fs_err::File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut bytes = vec![0; length];
    file.file().read_exact_at(&mut bytes, address).ok()?;
    Some(bytes)
}
