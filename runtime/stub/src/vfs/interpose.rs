//! How functions of the C library are defined here.

use std::ffi::{c_int, c_long};

/// Defines functions of the C library. Several names share signature and body: on the 64-bit platforms that we
/// support, the functions for large files are the ordinary ones.
macro_rules! interpose {
    ($(fn [$($name:ident),+] $arguments:tt -> $result:ty $body:block)*) => {
        $($(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name $arguments -> $result $body
        )+)*
    };
}

/// Makes a system call as the C library's function does: -1 and `errno` for an error.
macro_rules! system_call {
    ($number:ident $(, $argument:expr)*) => {
        $crate::vfs::interpose::result(::libc::syscall(::libc::$number $(, $argument)*))
    };
}

/// The result of a system call that returns no more than 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "these calls return a descriptor, a small number or -1"
)]
pub(crate) fn result(value: c_long) -> c_int {
    value as c_int
}
