//! Keys of thread-specific data. CPython and the libraries behind it keep their numbers, so those that were made while a snapshot
//! was made are made again, with the same numbers, in each process that begins with it. What was stored under them is not: that
//! was of a thread that is no more, and each library takes an empty slot for a new thread.

use std::ffi::{c_int, c_void};

use super::{warm, zones};

/// More than the libraries of the stub have together: CPython 2, OpenSSL 3.
const MOST: usize = 16;

type Destructor = Option<unsafe extern "C" fn(*mut c_void)>;

/// A key of the snapshot. Zeros are none.
#[repr(C)]
#[derive(Clone, Copy)]
struct Key {
    number_and_one: libc::pthread_key_t,
    destructor: Destructor,
}

/// Those of the snapshot, in their order: a part of its memory.
#[unsafe(link_section = ".fastice.warm")]
static mut KEYS: [Key; MOST] = [Key {
    number_and_one: 0,
    destructor: None,
}; MOST];

unsafe extern "C" {
    fn __real_pthread_key_create(key: *mut libc::pthread_key_t, destructor: Destructor) -> c_int;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_pthread_key_create(
    key: *mut libc::pthread_key_t,
    destructor: Destructor,
) -> c_int {
    // SAFETY: as the caller of the C function promises.
    let result = unsafe { __real_pthread_key_create(key, destructor) };
    if result == 0 && zones::is_recording() {
        let keys = &raw mut KEYS;
        // SAFETY: while a snapshot is made, the interpreter's lock keeps others out; CPython's own first key is made by the
        // only thread. `key` was filled.
        unsafe {
            let Some(free) = (*keys).iter_mut().find(|key| key.number_and_one == 0) else {
                return libc::EAGAIN;
            };
            *free = Key {
                number_and_one: *key + 1,
                destructor,
            };
        }
    }
    result
}

/// Makes the keys of the snapshot whose static variables are `bytes`, before it is mapped. If one of the numbers is taken already, by
/// a preloaded library, nothing has happened.
pub(super) fn create(bytes: &[u8]) -> bool {
    let (start, _) = warm::range();
    let at = &raw const KEYS as usize - start;
    let Some(bytes) = bytes.get(at..at + size_of::<[Key; MOST]>()) else {
        return false;
    };
    // SAFETY: the array's own bytes, as the stub with this very layout has written them; any number is a key, and the
    // functions are at the addresses they have in this process.
    let keys: [Key; MOST] = unsafe { bytes.as_ptr().cast::<[Key; MOST]>().read_unaligned() };
    let mut spare = Vec::new();
    let mut made = Vec::new();
    let mut is_complete = true;
    for wanted in keys.iter().take_while(|key| key.number_and_one != 0) {
        let number = wanted.number_and_one - 1;
        is_complete = loop {
            let mut key = 0;
            // SAFETY: room for a key; the function is the library's that wants it.
            if unsafe { __real_pthread_key_create(&raw mut key, wanted.destructor) } != 0 {
                break false;
            }
            if key == number {
                made.push(key);
                break true;
            }
            spare.push(key);
            if key > number {
                break false;
            }
        };
        if !is_complete {
            break;
        }
    }
    if !is_complete {
        spare.append(&mut made);
    }
    for key in spare {
        // SAFETY: made above, and nobody has it.
        unsafe { libc::pthread_key_delete(key) };
    }
    is_complete
}
