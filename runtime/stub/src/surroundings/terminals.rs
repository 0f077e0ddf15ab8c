//! Descriptions of terminals, for machines that have none of their own: `curses` and `readline` need one.

use std::ffi::{CStr, c_char, c_int};

/// The last place where ncurses looks: Debian's basic descriptions, in the image.
const DESCRIPTIONS: &CStr = c"/fastice/share/terminfo";

/// A position that ncurses itself does not use; it counts places from 0.
const PAST_DESCRIPTIONS: c_int = c_int::MAX;

unsafe extern "C" {
    fn __real__nc_next_db(state: *mut c_int, offset: *mut c_int) -> *const c_char;
}

/// The next place with terminal descriptions, or null behind the last (ncurses, `tinfo/db_iterator.c`).
///
/// # Safety
/// As for ncurses' own function: both are the positions that `_nc_first_db` has set.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap__nc_next_db(state: *mut c_int, offset: *mut c_int) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe {
        if *offset == PAST_DESCRIPTIONS {
            return std::ptr::null();
        }
        let place = __real__nc_next_db(state, offset);
        if !place.is_null() {
            return place;
        }
        *offset = PAST_DESCRIPTIONS;
    }
    DESCRIPTIONS.as_ptr()
}
