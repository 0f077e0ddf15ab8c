//! Frozen modules: the table of `PyImport_FrozenModules`, which has what CPython imports before a path hook can exist, and
//! all others, which CPython asks for by name (`runtime/cpython/patches/frozen-finder.patch`).

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::sync::{LazyLock, Mutex, PoisonError};

use fastice_image::Damage;
use pyo3_ffi::_frozen;

use crate::failure;
use crate::image::{IMAGE, Mapped};

/// Makes the frozen modules of the image known to CPython. Their code is not copied: it is read where the
/// executable is mapped.
///
/// # Errors
/// When one of them is damaged.
pub(crate) fn install(mapped: &Mapped) -> Result<(), Damage> {
    let image = mapped.image();
    let modules = &image.header().frozen;
    let mut table = Vec::with_capacity(modules.len() + 1);
    for module in modules {
        let code = image.bytes(&module.code, &module.name)?;
        let malformed = || Damage::Malformed {
            what: module.name.clone(),
        };
        table.push(_frozen {
            name: CString::new(module.name.as_str())
                .map_err(|_| malformed())?
                .into_raw(),
            code: code.as_ptr(),
            size: c_int::try_from(code.len()).map_err(|_| malformed())?,
            is_package: module.is_package.into(),
        });
    }
    table.push(_frozen {
        name: ptr::null(),
        code: ptr::null(),
        size: 0,
        is_package: 0,
    });
    // SAFETY: the interpreter is not initialized yet and this process has one thread, so nothing reads the
    // variables now. The table is never freed, nor are the names and the mapping that it points to.
    unsafe {
        pyo3_ffi::PyImport_FrozenModules = table.leak().as_ptr();
        _PyImport_FrozenFinder = Some(find);
        _PyImport_FrozenLister = Some(list);
    }
    Ok(())
}

unsafe extern "C" {
    /// Finds a frozen module by its name.
    static mut _PyImport_FrozenFinder:
        Option<unsafe extern "C" fn(*const c_char) -> *const _frozen>;
    /// The name of the frozen module with that number.
    static mut _PyImport_FrozenLister: Option<unsafe extern "C" fn(usize) -> *const c_char>;
}

/// An entry that CPython was given. It is never freed.
struct Entry(*const _frozen);

// SAFETY: nobody writes to what it points to.
unsafe impl Send for Entry {}

/// Entries made so far, by name: one for each frozen module that was looked for.
static ENTRIES: LazyLock<Mutex<HashMap<String, Entry>>> = LazyLock::new(Mutex::default);

/// The entry of the frozen module `name`, or null.
unsafe extern "C" fn find(name: *const c_char) -> *const _frozen {
    // SAFETY: CPython passes a C string.
    let name = unsafe { CStr::from_ptr(name) };
    let (Some(mapped), Ok(text)) = (IMAGE.get(), name.to_str()) else {
        return ptr::null();
    };
    let mut entries = ENTRIES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(entry) = entries.get(text) {
        return entry.0;
    }
    let image = mapped.image();
    let malformed = || Damage::Malformed {
        what: text.to_owned(),
    };
    // In a process that started from a snapshot, nothing is in the table.
    let bootstrap = image.header().frozen.iter().find(|own| own.name == text);
    let (code, is_package) = if let Some(own) = bootstrap {
        (own.code, own.is_package)
    } else {
        match image.frozen(text) {
            Ok(Some(module)) => match module.code {
                Some(code) => (code, module.is_package),
                None => failure::stop(malformed()),
            },
            Ok(None) => return ptr::null(),
            Err(damage) => failure::stop(damage),
        }
    };
    let code = image
        .bytes(&code, text)
        .unwrap_or_else(|damage| failure::stop(damage));
    let Ok(size) = c_int::try_from(code.len()) else {
        failure::stop(malformed());
    };
    let entry = Box::leak(Box::new(_frozen {
        name: name.to_owned().into_raw(),
        code: code.as_ptr(),
        size,
        is_package: is_package.into(),
    }));
    entries.insert(text.to_owned(), Entry(entry));
    entry
}

/// Names of all frozen modules that are found by name, made when CPython first asks.
static NAMES: LazyLock<Vec<CString>> = LazyLock::new(|| {
    let Some(mapped) = IMAGE.get() else {
        return Vec::new();
    };
    let image = mapped.image();
    let names = image
        .frozen_names()
        .unwrap_or_else(|damage| failure::stop(damage));
    let bootstrap = image.header().frozen.iter().map(|own| own.name.clone());
    bootstrap
        .chain(names)
        .filter_map(|name| CString::new(name).ok())
        .collect()
});

/// The name with the number `index`, or null behind the last one.
unsafe extern "C" fn list(index: usize) -> *const c_char {
    NAMES.get(index).map_or(ptr::null(), |name| name.as_ptr())
}
