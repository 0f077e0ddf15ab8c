//! Functions of a descriptor to which the memory file behind it would give another answer than the file it stands for.

use std::ffi::{c_int, c_uint};

use libc::{EXDEV, off64_t, size_t, ssize_t};

use super::errno::{Errno, answer};
use super::{hidden, memfd, status};

/// Bytes that are copied at a time.
const PIECE: usize = 1 << 16;

/// Does what `copy_file_range` does, between two file systems.
///
/// # Safety
/// The offsets are null or valid.
unsafe fn copy(
    from: c_int,
    from_offset: *mut off64_t,
    to: c_int,
    to_offset: *mut off64_t,
    len: size_t,
) -> Result<ssize_t, Errno> {
    let mut buffer = vec![0_u8; len.min(PIECE)];
    let mut copied = 0;
    while copied < len {
        let wanted = buffer.len().min(len - copied);
        // SAFETY: pointers and lengths are those of the buffer; the offsets are as the caller promises.
        let read = unsafe {
            let buffer = buffer.as_mut_ptr().cast();
            match from_offset.as_mut() {
                Some(offset) => libc::pread64(from, buffer, wanted, *offset),
                None => libc::read(from, buffer, wanted),
            }
        };
        let Ok(read) = usize::try_from(read) else {
            return partly(copied);
        };
        if read == 0 {
            break;
        }
        // SAFETY: the same.
        let written = unsafe {
            let buffer = buffer.as_ptr().cast();
            match to_offset.as_mut() {
                Some(offset) => libc::pwrite64(to, buffer, read, *offset),
                None => libc::write(to, buffer, read),
            }
        };
        let done = usize::try_from(written).unwrap_or(0);
        // SAFETY: as the caller promises.
        unsafe {
            match from_offset.as_mut() {
                Some(offset) => *offset += done.cast_signed() as off64_t,
                None if done < read => {
                    let back = (done.cast_signed() - read.cast_signed()) as off64_t;
                    let errno = Errno::last();
                    libc::lseek64(from, back, libc::SEEK_CUR);
                    errno.set();
                }
                None => {}
            }
            if let Some(offset) = to_offset.as_mut() {
                *offset += done.cast_signed() as off64_t;
            }
        }
        copied += done;
        if written < 0 {
            return partly(copied);
        }
    }
    Ok(copied.cast_signed())
}

/// What was copied before an error, or the error.
fn partly(copied: size_t) -> Result<ssize_t, Errno> {
    if copied == 0 {
        Err(Errno::last())
    } else {
        Ok(copied.cast_signed())
    }
}

interpose! {
    fn [copy_file_range](
        from: c_int,
        from_offset: *mut off64_t,
        to: c_int,
        to_offset: *mut off64_t,
        len: size_t,
        flags: c_uint
    ) -> ssize_t {
        // SAFETY: as the caller of the C function promises.
        let result = unsafe {
            libc::syscall(
                libc::SYS_copy_file_range,
                from,
                from_offset,
                to,
                to_offset,
                len,
                flags,
            )
        };
        // The kernel does not copy from memory to a disk.
        if result < 0 && Errno::last() == Errno(EXDEV) && memfd::stands_for_a_node(from) {
            // SAFETY: the same.
            return answer(unsafe { copy(from, from_offset, to, to_offset, len) });
        }
        ssize_t::try_from(result).unwrap_or(-1)
    }

    fn [fstatvfs, fstatvfs64](descriptor: c_int, out: *mut libc::statvfs) -> c_int {
        if memfd::stands_for_a_node(descriptor) {
            // SAFETY: as the caller of the C function promises.
            unsafe { out.write(status::file_system()) };
            return 0;
        }
        // SAFETY: the same.
        unsafe { hidden::fstatvfs(descriptor, out) }
    }

    fn [fstatfs, fstatfs64](descriptor: c_int, out: *mut libc::statfs) -> c_int {
        if memfd::stands_for_a_node(descriptor) {
            // SAFETY: as the caller of the C function promises.
            unsafe { out.write(status::file_system_of_linux()) };
            return 0;
        }
        // SAFETY: the same.
        unsafe { system_call!(SYS_fstatfs, descriptor, out) }
    }
}
