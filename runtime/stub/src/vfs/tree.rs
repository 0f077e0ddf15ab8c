//! What is where in the tree.

use std::ffi::c_int;

use fastice_image::{Damage, Directory, FileNode, FileType, Method, Program, ROOT, reader};

use super::errno::Errno;
use super::place::Virtual;
use crate::failure;
use crate::image::{IMAGE, Mapped};

/// Modification time of everything in the tree: 1980-01-01 00:00:00 UTC, in seconds since 1970. ZIP knows nothing earlier.
pub(crate) const TIME: i64 = 315_532_800;

/// `st_dev` of everything in the tree: a major number that Linux gives to no driver.
pub(crate) const DEVICE: libc::dev_t = libc::makedev(0xfa5, 0x71ce);

/// Unit of `st_blocks`, in bytes.
const STAT_BLOCK: u64 = 512;

/// Size of a block for `st_blksize` and `statvfs`, in bytes.
pub(crate) const BLOCK: u32 = 4096;

/// A node of the tree.
pub(crate) enum Node {
    /// A regular file.
    File(FileNode),
    /// A directory.
    Directory,
}

impl Node {
    /// Type and permissions, as `st_mode` has them.
    pub(crate) fn mode(&self) -> libc::mode_t {
        match self {
            Self::Directory => libc::S_IFDIR | 0o555,
            Self::File(file) if file.executable => libc::S_IFREG | 0o555,
            Self::File(_) => libc::S_IFREG | 0o444,
        }
    }

    /// `st_size`.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Directory => 0,
            Self::File(file) => file.size,
        }
    }
}

/// The image. There is one whenever a path was found to be in the tree.
fn mapped() -> Result<&'static Mapped, Errno> {
    IMAGE.get().ok_or(Errno(libc::ENOENT))
}

/// What the image says; damage ends the process, since no error number would tell it.
fn sound<T>(result: Result<T, Damage>) -> T {
    result.unwrap_or_else(|damage| failure::stop(damage))
}

/// What is at a place.
///
/// # Errors
/// `ENOENT`, or `ENOTDIR` when the path goes through a file; what [`Virtual::followed`] says.
pub(crate) fn find(place: &Virtual) -> Result<Node, Errno> {
    let path = place.followed()?;
    let image = mapped()?.image();
    if let Some(file) = sound(image.file(path)) {
        return if place.names_directory() {
            Err(Errno(libc::ENOTDIR))
        } else {
            Ok(Node::File(file))
        };
    }
    if sound(image.file_type(path)).is_some() {
        return Ok(Node::Directory);
    }
    Err(why_missing(path))
}

/// Checks that there is a directory at `path`.
///
/// # Errors
/// As [`find`].
pub(crate) fn check_directory(path: &str) -> Result<(), Errno> {
    find(&Virtual::directory_at(path)).map(|_| ())
}

/// `ENOTDIR` if the nearest thing that exists above `path` is a file, else `ENOENT`.
fn why_missing(mut path: &str) -> Errno {
    while let Some((parent, _)) = path.rsplit_once('/') {
        match IMAGE
            .get()
            .map(|mapped| sound(mapped.image().file_type(parent)))
        {
            Some(Some(FileType::File)) => return Errno(libc::ENOTDIR),
            Some(Some(FileType::Directory)) => break,
            _ => path = parent,
        }
    }
    Errno(libc::ENOENT)
}

/// Is there a directory in which `path` could be created, were the tree not read-only?
///
/// # Errors
/// `EROFS` if so; else what a file system says about the missing parent.
pub(crate) fn refuse_creation(place: &Virtual) -> Errno {
    match place.followed().and_then(|path| {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        check_directory(parent)
    }) {
        Ok(()) => Errno(libc::EROFS),
        Err(errno) => errno,
    }
}

/// `st_ino` of a path that exists; 0 else.
pub(crate) fn inode(path: &str) -> u64 {
    let number = IMAGE.get().map(|mapped| sound(mapped.image().inode(path)));
    number.flatten().unwrap_or(0)
}

/// The path below the root of the node with the number `inode`.
pub(crate) fn path_of(inode: u64) -> &'static str {
    IMAGE
        .get()
        .map_or("", |mapped| sound(mapped.image().path(inode)))
}

/// Is the file at `path` the archive that runs?
pub(crate) fn is_program_archive(path: &str) -> bool {
    let program = IMAGE.get().map(|mapped| &mapped.image().header().program);
    matches!(program, Some(Program::Archive { path: archive }) if archive == path)
}

/// Is there a directory with this number?
pub(crate) fn is_directory(inode: u64) -> bool {
    let Some(mapped) = IMAGE.get() else {
        return false;
    };
    let image = mapped.image();
    image
        .path(inode)
        .and_then(|path| image.file_type(path))
        .is_ok_and(|found| found == Some(FileType::Directory))
}

/// The entries of the directory at `path`.
///
/// # Errors
/// `ENOENT` if it is none.
pub(crate) fn entries(path: &str) -> Result<Directory, Errno> {
    match sound(mapped()?.image().node(path)) {
        Some(reader::Node::Directory(directory)) => Ok(directory),
        Some(reader::Node::File(_)) => Err(Errno(libc::ENOTDIR)),
        None => Err(Errno(libc::ENOENT)),
    }
}

/// Gives the verified contents of a file to `reader`. `path` names it if it is damaged.
pub(crate) fn with_contents<T>(
    file: &FileNode,
    path: &str,
    reader: impl FnOnce(&[u8]) -> Result<T, Errno>,
) -> Result<T, Errno> {
    reader(&sound(mapped()?.image().contents(file, path)))
}

/// The contents of a file as they lie in the executable, not verified. Nothing if they are compressed.
pub(crate) fn bytes_in_place(file: &FileNode) -> Option<&'static [u8]> {
    let begin = usize::try_from(file.data.offset).ok()?;
    let end = begin.checked_add(usize::try_from(file.data.len).ok()?)?;
    let bytes = IMAGE.get()?.bytes().get(begin..end)?;
    (file.method == Method::Stored).then_some(bytes)
}

/// The length of the executable, in bytes.
pub(crate) fn len() -> u64 {
    IMAGE.get().map_or(0, |mapped| mapped.bytes().len() as u64)
}

/// The absolute path of something in the tree.
pub(crate) fn absolute(path: &str) -> String {
    if path.is_empty() {
        ROOT.to_owned()
    } else {
        [ROOT, path].join("/")
    }
}

/// What `access` checks for a node.
///
/// # Errors
/// `EROFS` for writing, `EACCES` for executing what is not executable.
pub(crate) fn check_access(node: &Node, mode: c_int) -> Result<c_int, Errno> {
    if mode & libc::X_OK != 0 && node.mode() & 0o111 == 0 {
        Err(Errno(libc::EACCES))
    } else if mode & libc::W_OK != 0 {
        Err(Errno(libc::EROFS))
    } else {
        Ok(0)
    }
}

/// Fills in what `stat` says about a place.
///
/// # Errors
/// As [`find`].
pub(crate) fn status(place: &Virtual) -> Result<libc::stat, Errno> {
    let node = find(place)?;
    // SAFETY: the structure has numbers only, for which zero is a value.
    let mut status: libc::stat = unsafe { std::mem::zeroed() };
    status.st_dev = DEVICE;
    status.st_ino = inode(place.path());
    status.st_mode = node.mode();
    status.st_nlink = 1;
    status.st_size = node.size().cast_signed();
    status.st_blksize = BLOCK.into();
    status.st_blocks = node.size().div_ceil(STAT_BLOCK).cast_signed();
    status.st_atime = TIME;
    status.st_mtime = TIME;
    status.st_ctime = TIME;
    Ok(status)
}

/// Fills in what `statx` says about a place.
///
/// # Errors
/// As [`find`].
pub(crate) fn extended_status(place: &Virtual) -> Result<libc::statx, Errno> {
    let node = find(place)?;
    // SAFETY: the structure has numbers only, for which zero is a value.
    let mut status: libc::statx = unsafe { std::mem::zeroed() };
    fill_extended(&mut status, inode(place.path()), node.mode(), node.size());
    Ok(status)
}

/// Fills in what `statx` says about a node.
pub(crate) fn fill_extended(status: &mut libc::statx, inode: u64, mode: libc::mode_t, size: u64) {
    status.stx_mask = libc::STATX_BASIC_STATS;
    status.stx_blksize = BLOCK;
    status.stx_nlink = 1;
    (status.stx_uid, status.stx_gid) = (0, 0);
    // The type and permission bits are the lower 16.
    status.stx_mode = (mode & 0xffff) as u16;
    status.stx_ino = inode;
    status.stx_size = size;
    status.stx_blocks = size.div_ceil(STAT_BLOCK);
    (status.stx_dev_major, status.stx_dev_minor) = (libc::major(DEVICE), libc::minor(DEVICE));
    for time in [
        &mut status.stx_atime,
        &mut status.stx_mtime,
        &mut status.stx_ctime,
    ] {
        (time.tv_sec, time.tv_nsec) = (TIME, 0);
    }
}
