//! Open files and directories of the tree: sealed memory files, which are real descriptors.
//!
//! What a descriptor is, is written on the memory file itself, so no table has to follow `close`, `dup`, `fork` or
//! a descriptor's way to another process: the seconds of its modification time are those of the tree, the nanoseconds
//! are a [`Label`]. Reading never changes that time, and sealing keeps everything else from being changed.

use std::ffi::{CStr, CString, c_int, c_uint};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use fastice_image::FileNode;
use libc::{
    EINVAL, F_ADD_SEALS, F_GET_SEALS, F_SEAL_GROW, F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_WRITE,
    MFD_ALLOW_SEALING, MFD_CLOEXEC, MFD_EXEC, MFD_NOEXEC_SEAL, O_CLOEXEC,
};

use super::errno::Errno;
use super::{kept, tree};

/// `F_SEAL_FUTURE_WRITE` (Linux 5.1): as `F_SEAL_WRITE` when nobody has a writable mapping, as here; but unlike with that one,
/// kernels before 6.7 still allow shared mappings for reading.
const F_SEAL_FUTURE_WRITE: c_int = 0x10;

/// Longest name the kernel takes for a memory file, in bytes.
const NAME_LEN: usize = 249;

/// Was a directory of the tree ever opened? Until then no descriptor has to be looked at.
static DIRECTORY_WAS_OPENED: AtomicBool = AtomicBool::new(false);

/// Flags of `memfd_create` that this kernel does not know.
static UNKNOWN_FLAGS: AtomicU32 = AtomicU32::new(0);

/// What a memory file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Label {
    inode: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Executable,
    Directory,
}

impl Label {
    /// The nanoseconds that carry the label. Nothing if the number is too large for them, which
    /// takes an index of 250 MB.
    fn nanoseconds(self) -> Option<i64> {
        let kind = match self.kind {
            Kind::File => 1,
            Kind::Executable => 2,
            Kind::Directory => 3,
        };
        let value = i64::try_from(self.inode).ok()?.checked_mul(4)? | kind;
        (value < 1_000_000_000).then_some(value)
    }

    /// Reads the label that [`Label::nanoseconds`] wrote.
    fn from_nanoseconds(value: i64) -> Option<Self> {
        let kind = match value & 3 {
            1 => Kind::File,
            2 => Kind::Executable,
            3 => Kind::Directory,
            _ => return None,
        };
        let inode = u64::try_from(value / 4).ok()?;
        Some(Self { inode, kind })
    }
}

/// A descriptor that is closed unless it is given away.
pub(crate) struct Descriptor(c_int);

impl Descriptor {
    /// Takes an open descriptor that belongs to nobody else.
    pub(crate) fn new(number: c_int) -> Self {
        Self(number)
    }

    /// Its number.
    pub(crate) fn number(&self) -> c_int {
        self.0
    }

    /// Writes all of `contents` at an offset, without moving the file's position.
    ///
    /// # Errors
    /// Those of `pwrite`.
    pub(crate) fn write_at(&self, contents: &[u8], offset: u64) -> Result<(), Errno> {
        let (mut rest, mut offset) = (contents, offset);
        while !rest.is_empty() {
            // SAFETY: pointer and length are those of the slice.
            let count = unsafe {
                libc::pwrite(
                    self.0,
                    rest.as_ptr().cast(),
                    rest.len(),
                    offset.cast_signed(),
                )
            };
            match usize::try_from(count) {
                Ok(count) if count > 0 => {
                    rest = rest.get(count..).unwrap_or_default();
                    offset += count as u64;
                }
                _ if Errno::last() == Errno(libc::EINTR) => {}
                _ => return Err(Errno::last()),
            }
        }
        Ok(())
    }

    /// Gives it away, open.
    pub(crate) fn into_raw(self) -> c_int {
        let descriptor = self.0;
        std::mem::forget(self);
        descriptor
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        let errno = Errno::last();
        // SAFETY: the descriptor is ours, and used by nobody else.
        unsafe { libc::close(self.0) };
        errno.set();
    }
}

/// Opens the file at `path`. Of the flags of `open`, only `O_CLOEXEC` matters.
///
/// # Errors
/// Those of `memfd_create` and `write`: too many open files, not enough memory, or a process that may create no memory files
/// (`EACCES`, `EPERM`, `ENOSYS`).
pub(crate) fn open_file(path: &str, file: &FileNode, flags: c_int) -> Result<c_int, Errno> {
    if let Some(again) = kept::open(path, file, flags) {
        return Ok(again);
    }
    let made = make_file(path, file, flags)?;
    kept::note(path, file, &made);
    Ok(made.into_raw())
}

/// A new memory file of the file at `path`.
///
/// # Errors
/// As [`open_file`].
pub(super) fn make_file(path: &str, file: &FileNode, flags: c_int) -> Result<Descriptor, Errno> {
    let kind = if file.executable {
        Kind::Executable
    } else {
        Kind::File
    };
    tree::with_contents(file, path, |contents| create(path, kind, contents, flags))
}

/// Opens the directory at `path`: an empty memory file that names it.
///
/// # Errors
/// As [`open_file`].
pub(crate) fn open_directory(path: &str, flags: c_int) -> Result<c_int, Errno> {
    let descriptor = create(path, Kind::Directory, &[], flags)?;
    DIRECTORY_WAS_OPENED.store(true, Ordering::Relaxed);
    Ok(descriptor.into_raw())
}

/// A memory file of `len` zero bytes, to be written. It is closed on `execve`.
///
/// # Errors
/// As [`open_file`].
pub(crate) fn scratch(name: &CStr, len: u64) -> Result<Descriptor, Errno> {
    let descriptor = Descriptor(create_empty(name, false, O_CLOEXEC)?);
    // SAFETY: a descriptor of ours.
    match unsafe { libc::ftruncate(descriptor.0, len.cast_signed()) } {
        0 => Ok(descriptor),
        _ => Err(Errno::last()),
    }
}

/// A sealed memory file.
fn create(path: &str, kind: Kind, contents: &[u8], flags: c_int) -> Result<Descriptor, Errno> {
    let executable = kind == Kind::Executable;
    let descriptor = Descriptor(create_empty(&name(path), executable, flags)?);
    descriptor.write_at(contents, 0)?;
    let label = Label {
        inode: tree::inode(path),
        kind,
    };
    let time = libc::timespec {
        tv_sec: tree::TIME,
        tv_nsec: label.nanoseconds().ok_or(Errno(libc::EOVERFLOW))?,
    };
    // SAFETY: a descriptor of ours and two time stamps; a null path means the descriptor itself.
    let stamped = unsafe {
        system_call!(
            SYS_utimensat,
            descriptor.0,
            std::ptr::null::<u8>(),
            [time, time].as_ptr(),
            0
        )
    };
    if stamped < 0 {
        return Err(Errno::last());
    }
    seal(descriptor.0)?;
    Ok(read_only(descriptor, flags))
}

/// The same file, open for reading alone: writing to it is then the error it is anywhere, and mappings cannot be made writable.
/// Without `/proc`, only the seals keep it from being written.
fn read_only(descriptor: Descriptor, flags: c_int) -> Descriptor {
    open_again(descriptor.0, libc::O_RDONLY | flags & O_CLOEXEC).unwrap_or(descriptor)
}

/// Opens what a descriptor is open on once more: with a position and flags of its own.
///
/// # Errors
/// Those of `open`: there is no `/proc`.
pub(super) fn open_again(descriptor: c_int, flags: c_int) -> Result<Descriptor, Errno> {
    let mut path = [0_u8; 32];
    // The array has room for every number.
    let _ = write!(&mut path[..31], "/proc/self/fd/{descriptor}");
    // SAFETY: the path ends with a null byte.
    let again = unsafe { system_call!(SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags) };
    if again < 0 {
        Err(Errno::last())
    } else {
        Ok(Descriptor(again))
    }
}

/// The name that `/proc/self/fd` and `/proc/self/maps` show: the path, or its end.
fn name(path: &str) -> CString {
    let path = tree::absolute(path).into_bytes();
    let begin = path.len().saturating_sub(NAME_LEN);
    CString::new(&path[begin..]).unwrap_or_default()
}

/// A new memory file. Kernels since 6.3 want to be told whether it will be executed.
fn create_empty(name: &CStr, executable: bool, flags: c_int) -> Result<c_int, Errno> {
    let mut basic = MFD_ALLOW_SEALING;
    if flags & O_CLOEXEC != 0 {
        basic |= MFD_CLOEXEC;
    }
    let unknown = UNKNOWN_FLAGS.load(Ordering::Relaxed);
    // `vm.memfd_noexec=2` forbids executable ones; the file can still be read.
    let wishes: &[c_uint] = if executable {
        &[MFD_EXEC, MFD_NOEXEC_SEAL, 0]
    } else {
        &[MFD_NOEXEC_SEAL, 0]
    };
    for wish in wishes.iter().filter(|wish| **wish & unknown == 0) {
        // SAFETY: the name is a C string.
        let descriptor = unsafe { libc::memfd_create(name.as_ptr(), basic | wish) };
        if descriptor >= 0 {
            return Ok(descriptor);
        }
        match Errno::last() {
            Errno(EINVAL) => {
                UNKNOWN_FLAGS.fetch_or(MFD_EXEC | MFD_NOEXEC_SEAL, Ordering::Relaxed);
            }
            Errno(libc::EACCES) if *wish == MFD_EXEC => {}
            errno => return Err(errno),
        }
    }
    Err(Errno::last())
}

/// Makes the contents of a memory file final.
fn seal(descriptor: c_int) -> Result<(), Errno> {
    let size = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    for write in [F_SEAL_FUTURE_WRITE, F_SEAL_WRITE] {
        // SAFETY: a descriptor of ours.
        if unsafe { libc::fcntl(descriptor, F_ADD_SEALS, size | write) } == 0 {
            return Ok(());
        }
        if Errno::last() != Errno(EINVAL) {
            break;
        }
    }
    Err(Errno::last())
}

/// Can a descriptor be a directory of the tree?
#[inline]
pub(crate) fn may_be_directory() -> bool {
    DIRECTORY_WAS_OPENED.load(Ordering::Relaxed)
}

/// The path below the root of the directory that a descriptor is open on, if that is one in the tree. Leaves `errno` alone.
pub(crate) fn directory_of(descriptor: c_int) -> Option<&'static str> {
    if !may_be_directory() || descriptor < 0 {
        return None;
    }
    let errno = Errno::last();
    let label = label_of(descriptor);
    errno.set();
    label
        .filter(|label| label.kind == Kind::Directory)
        .map(|label| tree::path_of(label.inode))
}

/// Is a descriptor open on something in the tree? Leaves `errno` alone.
pub(crate) fn stands_for_a_node(descriptor: c_int) -> bool {
    let errno = Errno::last();
    let label = label_of(descriptor);
    errno.set();
    label.is_some()
}

/// Is a descriptor open on the file or directory at `path`?
pub(crate) fn is_open_on(descriptor: c_int, path: &str) -> bool {
    label_of(descriptor).is_some_and(|label| label.inode == tree::inode(path))
}

/// What a descriptor stands for, if it is one of ours.
fn label_of(descriptor: c_int) -> Option<Label> {
    let mut status = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the kernel fills the structure if it returns 0.
    let status = unsafe {
        if system_call!(SYS_fstat, descriptor, status.as_mut_ptr()) != 0 {
            return None;
        }
        status.assume_init()
    };
    if !is_candidate(status.st_mtime, status.st_nlink) {
        return None;
    }
    Label::from_nanoseconds(status.st_mtime_nsec).filter(|_| is_sealed(descriptor))
}

/// Most files are told from ours by what every `fstat` gives anyway.
#[inline]
fn is_candidate(mtime: i64, links: u64) -> bool {
    mtime == tree::TIME && links == 0
}

/// Has the file the seals that only memory files can have?
fn is_sealed(descriptor: c_int) -> bool {
    let all = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    // SAFETY: any number may be asked for.
    let seals = unsafe { libc::fcntl(descriptor, F_GET_SEALS) };
    seals >= 0 && seals & all == all && seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) != 0
}

/// Makes what the kernel said about a descriptor's memory file what it stands for. Other files stay as they are.
#[inline]
pub(crate) fn disguise(descriptor: c_int, status: &mut libc::stat) {
    if is_candidate(status.st_mtime, status.st_nlink) {
        disguise_candidate(descriptor, status);
    }
}

#[cold]
fn disguise_candidate(descriptor: c_int, status: &mut libc::stat) {
    if !is_sealed(descriptor) {
        return;
    }
    if let Some(label) = Label::from_nanoseconds(status.st_mtime_nsec) {
        status.st_dev = tree::DEVICE;
        status.st_ino = label.inode;
        status.st_mode = label.mode();
        status.st_nlink = 1;
        (status.st_uid, status.st_gid) = (0, 0);
        status.st_mtime_nsec = 0;
        (status.st_atime, status.st_atime_nsec) = (tree::TIME, 0);
        (status.st_ctime, status.st_ctime_nsec) = (tree::TIME, 0);
    }
}

/// [`disguise`] for `statx`.
#[inline]
pub(crate) fn disguise_extended(descriptor: c_int, status: &mut libc::statx) {
    if !is_candidate(status.stx_mtime.tv_sec, u64::from(status.stx_nlink)) || !is_sealed(descriptor)
    {
        return;
    }
    if let Some(label) = Label::from_nanoseconds(i64::from(status.stx_mtime.tv_nsec)) {
        tree::fill_extended(status, label.inode, label.mode(), status.stx_size);
    }
}

impl Label {
    /// `st_mode`.
    fn mode(self) -> libc::mode_t {
        match self.kind {
            Kind::File => libc::S_IFREG | 0o444,
            Kind::Executable => libc::S_IFREG | 0o555,
            Kind::Directory => libc::S_IFDIR | 0o555,
        }
    }
}
