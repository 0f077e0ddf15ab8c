//! CPython's three phases, from nothing to the exit status.

use std::ffi::c_int;

use fastice_image::{Damage, Marker, PythonIdentity};
use pyo3_ffi::{
    Py_DECREF, Py_RunMain, Py_Version, PyErr_Print, PyImport_AppendInittab, PyImport_ImportModule,
    PyObject_CallMethod,
};

use crate::config::{self, CommandLine, Config};
use crate::extract;
use crate::failure::Failure;
use crate::image::{self, Mapped};
use crate::processes::{self, Role};
use crate::snapshot::dump::Order;
use crate::status::Ending;
use crate::{audit, frozen, module, snapshot, trace};

/// The magic number of code objects of CPython 3.13 (`Include/internal/pycore_magic_number.h`), as `importlib.util.MAGIC_NUMBER`
/// has it. CPython tells it only after it has run code, which is too late.
const MAGIC_NUMBER: u32 = u32::from_le_bytes([0xf3, 0x0d, b'\r', b'\n']);

/// Runs the program in the image and returns its exit status.
///
/// # Errors
/// When Python could not be started.
pub(crate) fn run(line: CommandLine, marker: Option<Marker>) -> Result<c_int, Failure> {
    trace::start();
    let mapped = image::load()?;
    check_python(&mapped.image().header().python)?;
    if let Some(order) = Order::take() {
        Order::begin()?;
        initialize(mapped, &Order::role(mapped), Some(&order))?;
        return order.fulfil(mapped).map(|()| 0);
    }
    let role = processes::begin(mapped, line, marker)?;
    trace::phase("image found and verified");
    let restored = snapshot::begin(mapped, &role);
    // Not earlier: CPython's variables are now those of the snapshot.
    snapshot::finish::install(restored.is_some());
    if let Some(start) = &restored {
        trace::phase("snapshot mapped");
        start.restore()?;
    } else if let Some(status) = initialize(mapped, &role, None)? {
        return Ok(status);
    }
    extract::arguments::begin().map_err(Failure::Extraction)?;
    let status = match restored.and_then(|start| start.run_file(mapped)) {
        Some(status) => status,
        // SAFETY: the interpreter is initialized, and this is the thread that did it.
        None => unsafe { Py_RunMain() },
    };
    Ok(status)
}

/// Takes CPython through its phases up to the program. The answer is an exit status if there is nothing to run.
fn initialize(
    mapped: &Mapped,
    role: &Role,
    order: Option<&Order>,
) -> Result<Option<c_int>, Failure> {
    match start(mapped, role, order) {
        Ok(()) => Ok(None),
        Err(Start::Ended(Ending::Exit(status))) => Ok(Some(status)),
        Err(Start::Ended(Ending::Error(message))) => Err(Failure::Python(message)),
        Err(Start::Damaged(damage)) => Err(Failure::Damaged(mapped.path().to_path_buf(), damage)),
    }
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
fn start(mapped: &Mapped, role: &Role, order: Option<&Order>) -> Result<(), Start> {
    let header = mapped.image().header();
    config::preinitialize(header, role)?;
    // Not earlier: CPython gives the memory of a hook back to the allocator that preinitialization has chosen.
    audit::install(&header.settings.audit_hooks)?;
    trace::phase("preinitialization");
    // SAFETY: the interpreter is not initialized yet; name and function live as long as the process.
    unsafe { PyImport_AppendInittab(module::NAME.as_ptr(), Some(module::init)) };
    frozen::install(mapped)?;
    let executable = if order.is_some() {
        Order::executable()
    } else {
        mapped.path()
    };
    let mut config = Config::new(header, role, executable)?;
    if let Some(order) = order {
        config.set_hash_seed(order.hash_seed);
    }
    config.initialize()?;
    trace::phase("initialization");
    install_importer()?;
    // SAFETY: this thread holds the lock of the only interpreter, so none is being made.
    unsafe { _Py_SubinterpreterHook = Some(begin_subinterpreter) };

    trace::phase("importer");
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
