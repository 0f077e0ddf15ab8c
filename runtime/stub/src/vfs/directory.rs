//! `opendir`, `readdir` and their relatives.

use std::ffi::{c_char, c_int, c_long};

use fastice_image::{DirectoryEntry, FileType};
use libc::{AT_FDCWD, DIR, O_CLOEXEC, dirent};

use super::errno::{Errno, answer};
use super::hidden::{Filter, Order};
use super::place::{self, Place, Virtual};
use super::{detour, hidden, memfd, tree};

/// Marks a [`Stream`]. The C library's own `DIR` has the size of its buffer here.
const MARK: u64 = u64::from_be_bytes(*b"\xfffastice");

/// What a `DIR` of a directory in the tree points to.
#[repr(C)]
struct Stream {
    /// The descriptor; -1 until one is asked for.
    descriptor: c_int,
    mark: u64,
    path: String,
    entries: Vec<DirectoryEntry>,
    /// Of the next entry; the first two are `.` and `..`.
    position: usize,
    /// What the last `readdir` returned.
    current: dirent,
}

impl Stream {
    fn new(path: &str, descriptor: c_int) -> Result<Self, Errno> {
        Ok(Self {
            descriptor,
            mark: MARK,
            path: path.to_owned(),
            entries: tree::entries(path)?.entries,
            position: 0,
            // SAFETY: the structure has numbers only, for which zero is a value.
            current: unsafe { std::mem::zeroed() },
        })
    }

    fn open(path: &str, descriptor: c_int) -> Result<*mut DIR, Errno> {
        Ok(Box::into_raw(Box::new(Self::new(path, descriptor)?)).cast())
    }

    /// The stream behind a `DIR`, if it is one of ours.
    ///
    /// # Safety
    /// `stream` is an open stream, used by this thread alone.
    unsafe fn of<'a>(stream: *mut DIR) -> Option<&'a mut Self> {
        let stream = stream.cast::<Self>();
        // SAFETY: the C library's DIR is larger than the two first fields, too.
        let ours = !stream.is_null() && unsafe { (*stream).mark } == MARK;
        // SAFETY: ours, and used by one thread at a time, as for every DIR.
        ours.then(|| unsafe { &mut *stream })
    }

    /// Writes the next entry, or tells that there is none.
    fn next(&mut self, entry: &mut dirent) -> bool {
        let parent = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let (name, inode, file_type) = match self.position {
            0 => (".", tree::inode(&self.path), libc::DT_DIR),
            1 => ("..", tree::inode(parent), libc::DT_DIR),
            position => {
                let Some(entry) = self.entries.get(position - 2) else {
                    return false;
                };
                let path = if self.path.is_empty() {
                    entry.name.clone()
                } else {
                    [self.path.as_str(), &entry.name].join("/")
                };
                let file_type = match entry.file_type {
                    FileType::File => libc::DT_REG,
                    FileType::Directory => libc::DT_DIR,
                };
                (entry.name.as_str(), tree::inode(&path), file_type)
            }
        };
        entry.d_ino = inode;
        entry.d_type = file_type;
        // Names that are too long for C are cut; no file system has them.
        let len = name.len().min(entry.d_name.len() - 1);
        for (to, from) in entry.d_name.iter_mut().zip(&name.as_bytes()[..len]) {
            *to = from.cast_signed();
        }
        entry.d_name[len] = 0;
        self.position += 1;
        entry.d_off = self.position.cast_signed() as i64;
        entry.d_reclen = RECORD_LEN;
        true
    }
}

/// Length of an entry, in bytes.
#[expect(clippy::cast_possible_truncation, reason = "280")]
const RECORD_LEN: u16 = size_of::<dirent>() as u16;

interpose! {
    fn [opendir](path: *const c_char) -> *mut DIR {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            Place::Inside(place) => answer(open_inside(&place)),
            // SAFETY: as the caller promises.
            Place::Outside(outside) => unsafe {
                let stream = hidden::opendir(outside.as_ptr());
                if stream.is_null()
                    && let Some(place) = detour::missed(AT_FDCWD, path, true)
                {
                    return answer(open_inside(&place));
                }
                stream
            },
        }
    }

    fn [fdopendir](descriptor: c_int) -> *mut DIR {
        match memfd::directory_of(descriptor) {
            Some(path) => answer(Stream::open(path, descriptor)),
            // SAFETY: as the caller of the C function promises.
            None => unsafe { hidden::fdopendir(descriptor) },
        }
    }

    fn [readdir, readdir64](stream: *mut DIR) -> *mut dirent {
        // SAFETY: as the caller of the C function promises.
        let Some(ours) = (unsafe { Stream::of(stream) }) else {
            // SAFETY: as the caller promises.
            return unsafe { hidden::readdir(stream) };
        };
        let mut entry = ours.current;
        if !ours.next(&mut entry) {
            return std::ptr::null_mut();
        }
        ours.current = entry;
        &raw mut ours.current
    }

    fn [readdir_r, readdir64_r](
        stream: *mut DIR,
        entry: *mut dirent,
        result: *mut *mut dirent
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        let Some(ours) = (unsafe { Stream::of(stream) }) else {
            // SAFETY: as the caller promises.
            return unsafe { hidden::readdir_r(stream, entry, result) };
        };
        // SAFETY: as the caller promises, there is room for an entry and a pointer.
        unsafe { *result = if ours.next(&mut *entry) { entry } else { std::ptr::null_mut() } };
        0
    }

    fn [closedir](stream: *mut DIR) -> c_int {
        // SAFETY: as the caller of the C function promises.
        let Some(ours) = (unsafe { Stream::of(stream) }) else {
            // SAFETY: as the caller promises.
            return unsafe { hidden::closedir(stream) };
        };
        if ours.descriptor >= 0 {
            // SAFETY: the descriptor belongs to the stream.
            unsafe { libc::close(ours.descriptor) };
        }
        ours.mark = 0;
        // SAFETY: made by Box::into_raw, and the caller gives it up.
        drop(unsafe { Box::from_raw(std::ptr::from_mut(ours)) });
        0
    }

    fn [dirfd](stream: *mut DIR) -> c_int {
        // SAFETY: as the caller of the C function promises.
        let Some(ours) = (unsafe { Stream::of(stream) }) else {
            // SAFETY: as the caller promises.
            return unsafe { hidden::dirfd(stream) };
        };
        if ours.descriptor < 0 {
            match memfd::open_directory(&ours.path, O_CLOEXEC) {
                Ok(descriptor) => ours.descriptor = descriptor,
                Err(errno) => return answer(Err(errno)),
            }
        }
        ours.descriptor
    }

    fn [rewinddir](stream: *mut DIR) -> () {
        // SAFETY: as the caller of the C function promises.
        match unsafe { Stream::of(stream) } {
            Some(ours) => ours.position = 0,
            // SAFETY: as the caller promises.
            None => unsafe { hidden::rewinddir(stream) },
        }
    }

    fn [telldir](stream: *mut DIR) -> c_long {
        // SAFETY: as the caller of the C function promises.
        match unsafe { Stream::of(stream) } {
            Some(ours) => ours.position.cast_signed() as c_long,
            // SAFETY: as the caller promises.
            None => unsafe { hidden::telldir(stream) },
        }
    }

    fn [seekdir](stream: *mut DIR, position: c_long) -> () {
        // SAFETY: as the caller of the C function promises.
        match unsafe { Stream::of(stream) } {
            Some(ours) => ours.position = usize::try_from(position).unwrap_or(0),
            // SAFETY: as the caller promises.
            None => unsafe { hidden::seekdir(stream, position) },
        }
    }
}

/// Opens a stream on a place in the tree.
fn open_inside(place: &Virtual) -> Result<*mut DIR, Errno> {
    tree::find(place)?;
    Stream::open(place.path(), -1)
}

/// Lists a place in the tree as `scandir` does: an array and entries that the caller frees.
///
/// # Safety
/// `list` is valid, and the functions do not unwind.
unsafe fn scan_inside(
    place: &Virtual,
    list: *mut *mut *mut dirent,
    filter: Option<Filter>,
    order: Option<Order>,
) -> Result<c_int, Errno> {
    tree::find(place)?;
    let mut stream = Stream::new(place.path(), -1)?;
    // SAFETY: the structure has numbers only, for which zero is a value.
    let mut entry: dirent = unsafe { std::mem::zeroed() };
    let mut entries = Vec::new();
    while stream.next(&mut entry) {
        // SAFETY: as the caller promises.
        if filter.is_none_or(|filter| unsafe { filter(&raw const entry) } != 0) {
            entries.push(entry);
        }
    }
    if let Some(order) = order {
        entries.sort_by(|left, right| {
            let (mut left, mut right) = (std::ptr::from_ref(left), std::ptr::from_ref(right));
            // SAFETY: as the caller promises.
            unsafe { order(&raw mut left, &raw mut right) }.cmp(&0)
        });
    }
    // SAFETY: each piece of memory is as large as what is written there.
    unsafe {
        let array = allocate::<*mut dirent>(entries.len())?;
        for (index, entry) in entries.iter().enumerate() {
            let copy = allocate::<dirent>(1)?;
            copy.write(*entry);
            array.add(index).write(copy);
        }
        *list = array;
    }
    c_int::try_from(entries.len()).map_err(|_| Errno(libc::EOVERFLOW))
}

/// Memory for `count` values that the caller of a C function frees.
fn allocate<T>(count: usize) -> Result<*mut T, Errno> {
    // SAFETY: no preconditions.
    let memory = unsafe { libc::calloc(count.max(1), size_of::<T>()) }.cast::<T>();
    if memory.is_null() {
        Err(Errno(libc::ENOMEM))
    } else {
        Ok(memory)
    }
}

interpose! {
    fn [scandir, scandir64](
        path: *const c_char,
        list: *mut *mut *mut dirent,
        filter: Option<Filter>,
        order: Option<Order>
    ) -> c_int {
        // SAFETY: as the caller of the C function promises.
        match unsafe { place::resolve(AT_FDCWD, path) } {
            // SAFETY: as the caller promises.
            Place::Inside(place) => answer(unsafe { scan_inside(&place, list, filter, order) }),
            // SAFETY: as the caller promises.
            Place::Outside(path) => unsafe { hidden::scandir(path.as_ptr(), list, filter, order) },
        }
    }
}
