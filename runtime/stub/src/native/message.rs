//! What `dlerror` says about our own failures.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};

use crate::vfs::hidden;

/// Messages of a thread.
struct Messages {
    /// Not told yet.
    next: Option<CString>,
    /// Told last; the caller may still read it.
    told: Option<CString>,
}

thread_local! {
    static MESSAGES: RefCell<Messages> = const { RefCell::new(Messages { next: None, told: None }) };
}

/// Remembers what `dlerror` is to say next.
pub(crate) fn set(text: String) {
    let text = CString::new(text).unwrap_or_default();
    MESSAGES.with_borrow_mut(|messages| messages.next = Some(text));
}

/// Forgets what of ours was not told.
pub(crate) fn forget() {
    MESSAGES.with_borrow_mut(|messages| messages.next = None);
}

/// Forgets what was not told: the last call of this thread was a success.
pub(crate) fn clear() {
    forget();
    // SAFETY: no preconditions; asking makes the C library forget.
    unsafe { hidden::dlerror() };
}

/// What the C library says about its last failure.
pub(crate) fn of_library() -> String {
    // SAFETY: no preconditions; the text is null or valid until the next call.
    unsafe {
        let text = hidden::dlerror();
        if text.is_null() {
            String::from("unknown error")
        } else {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    }
}

/// The C function: our message, if there is one, else the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn dlerror() -> *mut c_char {
    let ours = MESSAGES.with_borrow_mut(|messages| {
        messages.told = Some(messages.next.take()?);
        let told = messages.told.as_ref()?;
        Some(told.as_ptr().cast_mut())
    });
    // SAFETY: no preconditions.
    ours.unwrap_or_else(|| unsafe { hidden::dlerror() })
}
