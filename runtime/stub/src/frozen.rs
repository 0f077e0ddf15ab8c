//! The table of `PyImport_FrozenModules`: what CPython imports before a path hook can exist.

use std::ffi::{CString, c_int};
use std::ptr;

use fastice_image::Damage;
use pyo3_ffi::_frozen;

use crate::image::Mapped;

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
    // variable now. The table is never freed, nor are the names and the mapping that it points to.
    unsafe { pyo3_ffi::PyImport_FrozenModules = table.leak().as_ptr() };
    Ok(())
}
