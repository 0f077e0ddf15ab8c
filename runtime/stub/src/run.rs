//! CPython's three phases, from nothing to the exit status.

use std::ffi::c_int;

use fastice_image::{Damage, PythonIdentity};
use pyo3_ffi::{
    Py_DECREF, Py_RunMain, Py_Version, PyErr_Print, PyImport_AppendInittab, PyImport_ImportModule,
    PyObject_CallMethod,
};

use crate::config::{self, CommandLine, Config};
use crate::extract;
use crate::failure::Failure;
use crate::image::{self, Mapped};
use crate::processes::{self, Marker, Role};
use crate::status::Ending;
use crate::trace::Trace;
use crate::{audit, frozen, module};

/// The magic number of code objects of CPython 3.13 (`Include/internal/pycore_magic_number.h`), as `importlib.util.MAGIC_NUMBER`
/// has it. CPython tells it only after it has run code, which is too late.
const MAGIC_NUMBER: u32 = u32::from_le_bytes([0xf3, 0x0d, b'\r', b'\n']);

/// Runs the program in the image and returns its exit status.
///
/// # Errors
/// When Python could not be started.
pub(crate) fn run(line: CommandLine, marker: Option<Marker>) -> Result<c_int, Failure> {
    let mut trace = Trace::start();
    let mapped = image::load()?;
    check_python(&mapped.image().header().python)?;
    let role = processes::begin(mapped, line, marker)?;
    trace.phase("image found and verified");
    match start(mapped, &role, &mut trace) {
        Ok(()) => {}
        Err(Start::Ended(Ending::Exit(status))) => return Ok(status),
        Err(Start::Ended(Ending::Error(message))) => return Err(Failure::Python(message)),
        Err(Start::Damaged(damage)) => {
            return Err(Failure::Damaged(mapped.path().to_path_buf(), damage));
        }
    }
    extract::arguments::begin().map_err(Failure::Extraction)?;
    // SAFETY: the interpreter is initialized, and this is the thread that did it.
    let status = unsafe { Py_RunMain() };
    trace.phase("program");
    Ok(status)
}

/// Why the interpreter did not come to the program.
enum Start {
    Ended(Ending),
    Damaged(Damage),
}

impl From<Ending> for Start {
    fn from(ending: Ending) -> Self {
        Self::Ended(ending)
    }
}

impl From<Damage> for Start {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// Everything before the program itself.
fn start(mapped: &Mapped, role: &Role, trace: &mut Trace) -> Result<(), Start> {
    let header = mapped.image().header();
    config::preinitialize(header, role)?;
    // Not earlier: CPython gives the memory of a hook back to the allocator that preinitialization has chosen.
    audit::install(&header.settings.audit_hooks)?;
    trace.phase("preinitialization");
    // SAFETY: the interpreter is not initialized yet; name and function live as long as the process.
    unsafe { PyImport_AppendInittab(module::NAME.as_ptr(), Some(module::init)) };
    frozen::install(mapped)?;
    Config::new(header, role, mapped.path())?.initialize()?;
    trace.phase("initialization");
    install_importer()?;
    // SAFETY: this thread holds the lock of the only interpreter, so none is being made.
    unsafe { _Py_SubinterpreterHook = Some(begin_subinterpreter) };
    trace.phase("importer");
    Ok(())
}

/// The code objects in the image must be for the CPython in this executable: it would crash on others.
fn check_python(image: &PythonIdentity) -> Result<(), Failure> {
    // SAFETY: a constant of libpython.
    let version = unsafe { Py_Version };
    if u64::from(image.hexversion) == version && image.magic == MAGIC_NUMBER {
        return Ok(());
    }
    Err(Failure::OtherPython {
        image: format!(
            "CPython {} (magic number {})",
            image.version,
            image.magic & 0xffff
        ),
        stub: format!(
            "CPython {}.{}.{} (magic number {})",
            version >> 24 & 0xff,
            version >> 16 & 0xff,
            version >> 8 & 0xff,
            MAGIC_NUMBER & 0xffff
        ),
    })
}

unsafe extern "C" {
    /// What CPython calls in each new sub-interpreter (`runtime/cpython/patches/subinterpreter-hook.patch`).
    static mut _Py_SubinterpreterHook: Option<unsafe extern "C" fn() -> c_int>;
}

/// Gives a sub-interpreter what the main one has. Returns -1 with an exception if that fails.
unsafe extern "C" fn begin_subinterpreter() -> c_int {
    // SAFETY: CPython calls this in the new interpreter, with its lock held.
    if unsafe { call_importer() } { 0 } else { -1 }
}

/// Runs the Python part of the start (`templates/bootstrap/importer.py`).
fn install_importer() -> Result<(), Ending> {
    // SAFETY: the interpreter is initialized and this thread holds its lock.
    if unsafe { call_importer() } {
        return Ok(());
    }
    // SAFETY: as before.
    unsafe { PyErr_Print() };
    Err(Ending::Error(String::from("the importer does not work")))
}

/// Installs the importer in the current interpreter; an exception is set when that fails.
///
/// # Safety
/// The interpreter's lock is held.
unsafe fn call_importer() -> bool {
    // SAFETY: the caller holds the lock; each reference is ours, and checked.
    unsafe {
        let importer = PyImport_ImportModule(c"_fastice_importer".as_ptr());
        let result = if importer.is_null() {
            importer
        } else {
            let result = PyObject_CallMethod(importer, c"install".as_ptr(), std::ptr::null());
            Py_DECREF(importer);
            result
        };
        if result.is_null() {
            return false;
        }
        Py_DECREF(result);
    }
    true
}
