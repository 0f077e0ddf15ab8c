//! The environment that the program gets: variables that are baked in, and what may override them.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;

use fastice_image::{EnvironmentSettings, Policy};

/// What the names of CPython's own variables begin with.
const PYTHON: &str = "PYTHON";

/// Prepares the environment of this process before Python starts.
///
/// # Safety
/// The process has one thread.
pub(crate) unsafe fn prepare(settings: &EnvironmentSettings) {
    let may_override = |name: &str| match settings.policy {
        Policy::None => false,
        Policy::All => true,
        Policy::Listed => settings.allow.iter().any(|pattern| matches(pattern, name)),
    };
    if settings.policy == Policy::Listed {
        let refused: Vec<CString> = std::env::vars_os()
            .filter_map(|(name, _)| {
                let text = name.to_str()?;
                (text.starts_with(PYTHON) && !may_override(text)).then(|| c_string(&name))?
            })
            .collect();
        for name in refused {
            // SAFETY: a C string, and nobody else looks at the environment, as the caller promises.
            unsafe { libc::unsetenv(name.as_ptr()) };
        }
    }
    for (name, value) in &settings.variables {
        let overwrite = !may_override(name);
        if let (Some(name), Some(value)) = (c_string(OsStr::new(name)), c_string(OsStr::new(value)))
        {
            // SAFETY: two C strings, which are copied; and as above.
            unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), overwrite.into()) };
        }
    }
}

/// Does a name of the list, which may end in `*`, mean `name`?
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => pattern == name,
    }
}

/// Nothing if there is a null byte in it, which the builder refuses.
fn c_string(text: &OsStr) -> Option<CString> {
    CString::new(text.as_bytes()).ok()
}

/// `text` without its directories.
pub(crate) fn base_name(text: &CStr) -> &[u8] {
    text.to_bytes()
        .rsplit(|&byte| byte == b'/')
        .next()
        .unwrap_or_default()
}
