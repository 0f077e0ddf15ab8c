//! The builtin module `_fastice`: what the importer (`templates/bootstrap/importer.py`) asks the image.
//!
//! A damaged image is not an exception that a program could catch and go on from: it ends the process.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

use fastice_image::{Arguments0, Damage, FileType, ModuleKind, ModuleNode, Program, ROOT};
use pyo3_ffi::{
    METH_KEYWORDS, METH_O, METH_VARARGS, Py_DECREF, Py_INCREF,
    Py_MOD_PER_INTERPRETER_GIL_SUPPORTED, Py_None, Py_TPFLAGS_BASETYPE, Py_TPFLAGS_DEFAULT,
    Py_mod_exec, Py_mod_multiple_interpreters, Py_tp_doc, Py_tp_methods,
    PyArg_ParseTupleAndKeywords, PyBool_FromLong, PyBytes_AsString, PyBytes_FromStringAndSize,
    PyBytes_Size, PyErr_Clear, PyErr_SetImportErrorSubclass, PyExc_ModuleNotFoundError,
    PyLong_FromLong, PyMarshal_ReadObjectFromString, PyMethodDef, PyMethodDefPointer, PyModule_Add,
    PyModuleDef, PyModuleDef_HEAD_INIT, PyModuleDef_Init, PyModuleDef_Slot, PyObject,
    PyObject_CallMethod, PyObject_GetAttrString, PyObject_IsTrue, PyType_FromModuleAndSpec,
    PyType_Slot, PyType_Spec, PyUnicode_AsUTF8AndSize, PyUnicode_Check,
    PyUnicode_DecodeFSDefaultAndSize, PyUnicode_EncodeFSDefault, PyUnicode_FromStringAndSize,
};

use crate::extract;
use crate::failure;
use crate::image::{IMAGE, Mapped};
use crate::path::below_root;
use crate::processes;
use crate::snapshot::zones;

/// Name of the module.
pub(crate) const NAME: &CStr = c"_fastice";

static mut METHODS: [PyMethodDef; 6] = [
    method(
        c"code",
        PyMethodDefPointer { PyCFunction: code },
        METH_O,
        c"code(path) -> the code object of the module whose file is `path`, or None if the image has none.",
    ),
    method(
        c"contents",
        PyMethodDefPointer { PyCFunction: contents },
        METH_O,
        c"contents(path) -> the bytes of the file `path`, or None if it is no file of the image.",
    ),
    method(
        c"frozen_file",
        PyMethodDefPointer {
            PyCFunction: frozen_file,
        },
        METH_O,
        c"frozen_file(fullname) -> the file of a frozen module of the image, or None if there is none of that name.",
    ),
    method(
        c"directory",
        PyMethodDefPointer { PyCFunction: directory },
        METH_O,
        c"directory(path) -> `path` below the root, or None if it is no directory of the image.",
    ),
    method(
        c"extract",
        PyMethodDefPointer {
            PyCFunction: extract::python::extract,
        },
        METH_O,
        c"extract(path) -> the real path of a file or directory of the image, put into the cache; None if it is not in the image.",
    ),
    PyMethodDef::zeroed(),
];

static mut SLOTS: [PyModuleDef_Slot; 3] = [
    PyModuleDef_Slot {
        slot: Py_mod_exec,
        value: fill as *mut c_void,
    },
    PyModuleDef_Slot {
        slot: Py_mod_multiple_interpreters,
        value: Py_MOD_PER_INTERPRETER_GIL_SUPPORTED,
    },
    PyModuleDef_Slot {
        slot: 0,
        value: ptr::null_mut(),
    },
];

// CPython writes to it, so it belongs to the memory of a snapshot.
#[unsafe(link_section = ".fastice.warm")]
static mut MODULE: PyModuleDef = PyModuleDef {
    m_base: PyModuleDef_HEAD_INIT,
    m_name: NAME.as_ptr(),
    m_doc: c"Reads the image of a frozen executable.".as_ptr(),
    m_size: 0,
    m_methods: (&raw mut METHODS).cast(),
    m_slots: (&raw mut SLOTS).cast(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

static mut FINDER_METHODS: [PyMethodDef; 2] = [
    method(
        c"find_spec",
        PyMethodDefPointer {
            PyCFunctionWithKeywords: find_spec,
        },
        METH_VARARGS | METH_KEYWORDS,
        c"find_spec(fullname, target=None) -> the spec of a module in this directory, or None.",
    ),
    PyMethodDef::zeroed(),
];

static mut FINDER_SLOTS: [PyType_Slot; 3] = [
    PyType_Slot {
        slot: Py_tp_doc,
        pfunc: c"Native part of the finder for one directory of the image."
            .as_ptr()
            .cast_mut()
            .cast(),
    },
    PyType_Slot {
        slot: Py_tp_methods,
        pfunc: (&raw mut FINDER_METHODS).cast(),
    },
    PyType_Slot {
        slot: 0,
        pfunc: ptr::null_mut(),
    },
];

static mut FINDER: PyType_Spec = PyType_Spec {
    name: c"_fastice.Finder".as_ptr(),
    basicsize: 0,
    itemsize: 0,
    // Both flags are below 2^32.
    #[allow(clippy::cast_possible_truncation)]
    flags: (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE) as u32,
    slots: (&raw mut FINDER_SLOTS).cast(),
};

const fn method(
    name: &'static CStr,
    function: PyMethodDefPointer,
    flags: c_int,
    doc: &'static CStr,
) -> PyMethodDef {
    PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: function,
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }
}

/// The module's initialization function, for `PyImport_AppendInittab`.
pub(crate) unsafe extern "C" fn init() -> *mut PyObject {
    // SAFETY: CPython calls this with its lock held, and nobody else uses the definition.
    unsafe { PyModuleDef_Init(&raw mut MODULE) }
}

/// Adds the type and the constants to a new module object.
unsafe extern "C" fn fill(module: *mut PyObject) -> c_int {
    let Some(mapped) = IMAGE.get() else {
        return -1;
    };
    let header = mapped.image().header();
    let renames = header.settings.argv0 == Arguments0::Executable;
    let (file, module_name) = match processes::current_program(header) {
        _ if processes::is_interpreter_child() => (none(), none()),
        Program::File { path } => (file_name(&format!("{ROOT}/{path}")), none()),
        Program::Module { name } if renames => (none(), string(name)),
        _ => (none(), none()),
    };
    let has_frozen = sound(mapped.image().has_frozen());
    let called = processes::name().unwrap_or_default().to_bytes();
    let interpreter = matches!(header.program, Program::Interpreter);
    // SAFETY: `module` is the module that CPython fills right now, with its lock held; each constructor returns a new
    // reference or null, and PyModule_Add takes either.
    unsafe {
        let finder = PyType_FromModuleAndSpec(module, &raw mut FINDER, ptr::null_mut());
        let constants = [
            (c"Finder", finder),
            (c"ROOT", string(ROOT)),
            (c"PROGRAM_FILE", file),
            (c"PROGRAM_MODULE", module_name),
            (c"HAS_FROZEN", PyBool_FromLong(has_frozen.into())),
            (c"PROGRAM_NAME", file_name_of(called)),
            (c"IS_INTERPRETER", PyBool_FromLong(interpreter.into())),
            (
                c"IS_SNAPSHOT",
                PyBool_FromLong(zones::is_recording().into()),
            ),
            (
                c"OPTIMIZATION_LEVEL",
                PyLong_FromLong(header.settings.optimization_level.into()),
            ),
        ];
        let mut result = 0;
        for (name, value) in constants {
            result |= PyModule_Add(module, name.as_ptr(), value);
        }
        result
    }
}

unsafe extern "C" fn code(_module: *mut PyObject, path: *mut PyObject) -> *mut PyObject {
    let Some((mapped, path)) = below_root_of(path) else {
        return none();
    };
    let Some(code) = code_of(mapped, &path) else {
        return none();
    };
    // SAFETY: CPython's lock is held; pointer and length are those of a slice that outlives the call.
    unsafe { PyMarshal_ReadObjectFromString(code.as_ptr().cast(), code.len().cast_signed()) }
}

/// The marshaled code object of the module whose file is at `path`, below the root.
pub(crate) fn code_of(mapped: &Mapped, path: &str) -> Option<&'static [u8]> {
    let (directory, name) = module_of(path)?;
    let image = mapped.image();
    let node = sound(image.module(directory, name))?;
    let extent = node.code.filter(|_| node.origin == path)?;
    Some(sound(image.bytes(&extent, path)))
}

unsafe extern "C" fn contents(_module: *mut PyObject, path: *mut PyObject) -> *mut PyObject {
    let Some((mapped, path)) = below_root_of(path) else {
        return none();
    };
    let image = mapped.image();
    let Some(file) = sound(image.file(&path)) else {
        return none();
    };
    let data = sound(image.contents(&file, &path));
    // SAFETY: CPython's lock is held; pointer and length are those of a slice that outlives the call.
    unsafe { PyBytes_FromStringAndSize(data.as_ptr().cast(), data.len().cast_signed()) }
}

unsafe extern "C" fn frozen_file(_module: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    // SAFETY: CPython's lock is held, and `name` is a live object.
    let is_string = unsafe { PyUnicode_Check(name) } != 0;
    let (Some(mapped), Some(name)) = (IMAGE.get(), is_string.then(|| text(name)).flatten()) else {
        return none();
    };
    match sound(mapped.image().frozen(name)) {
        Some(module) => file_name(&format!("{ROOT}/{}", module.origin)),
        None => none(),
    }
}

unsafe extern "C" fn directory(_module: *mut PyObject, path: *mut PyObject) -> *mut PyObject {
    match below_root_of(path) {
        Some((mapped, path)) if is_directory(mapped, &path) => string(&path),
        _ => none(),
    }
}

/// `Finder.find_spec`: see the module's documentation in Python.
unsafe extern "C" fn find_spec(
    finder: *mut PyObject,
    arguments: *mut PyObject,
    keywords: *mut PyObject,
) -> *mut PyObject {
    let mut name: *mut PyObject = ptr::null_mut();
    let mut target: *mut PyObject = ptr::null_mut();
    let names: [*const c_char; 3] = [c"fullname".as_ptr(), c"target".as_ptr(), ptr::null()];
    // SAFETY: CPython's lock is held; the format stores borrowed references in the two variables.
    let parsed = unsafe {
        PyArg_ParseTupleAndKeywords(
            arguments,
            keywords,
            c"U|O:find_spec".as_ptr(),
            names.as_ptr().cast(),
            &raw mut name,
            &raw mut target,
        )
    };
    if parsed == 0 {
        return ptr::null_mut();
    }
    // SAFETY: CPython's lock is held, and `finder` is a live object.
    let directory = unsafe { PyObject_GetAttrString(finder, c"directory".as_ptr()) };
    if directory.is_null() {
        return ptr::null_mut();
    }
    let spec = match (IMAGE.get(), text(directory), text(name)) {
        (Some(mapped), Some(directory), Some(fullname)) => {
            search(mapped, finder, directory, name, fullname)
        }
        // A name that is not Unicode text names nothing.
        _ => none(),
    };
    // SAFETY: CPython's lock is held, and this reference is ours.
    unsafe { Py_DECREF(directory) };
    spec
}

/// Looks for the module `fullname` (whose string object is `name`) in one directory.
fn search(
    mapped: &Mapped,
    finder: *mut PyObject,
    directory: &str,
    name: *mut PyObject,
    fullname: &str,
) -> *mut PyObject {
    let image = mapped.image();
    let tail = fullname.rsplit('.').next().unwrap_or(fullname);
    if let Some(node) = sound(image.module(directory, tail)) {
        return module_spec(finder, name, &node);
    }
    // `from .__init__ import …`: the file of the package, once more, as a module in it.
    if tail == "__init__"
        && let Some((parent, package)) = directory.rsplit_once('/')
        && let Some(node) = sound(image.module(parent, package))
        && node.is_package
    {
        let node = ModuleNode {
            is_package: false,
            ..node
        };
        return module_spec(finder, name, &node);
    }
    let portion = if directory.is_empty() {
        tail.to_owned()
    } else {
        format!("{directory}/{tail}")
    };
    if is_directory(mapped, &portion) {
        // SAFETY: CPython's lock is held, and both are live objects; the format takes one object.
        return unsafe {
            PyObject_CallMethod(finder, c"_namespace_spec".as_ptr(), c"O".as_ptr(), name)
        };
    }
    if sound(image.is_left_out(fullname)) {
        return left_out(mapped, finder, name, fullname);
    }
    none()
}

fn module_spec(finder: *mut PyObject, name: *mut PyObject, node: &ModuleNode) -> *mut PyObject {
    let kind: c_int = match node.kind {
        ModuleKind::Source => 0,
        ModuleKind::Bytecode => 1,
        ModuleKind::Extension => 2,
    };
    let origin = file_name(&format!("{ROOT}/{}", node.origin));
    if origin.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: CPython's lock is held and the objects are live; the format consumes the reference to `origin`.
    unsafe {
        PyObject_CallMethod(
            finder,
            c"_module_spec".as_ptr(),
            c"OiiN".as_ptr(),
            name,
            kind,
            c_int::from(node.is_package),
            origin,
        )
    }
}

/// A standard module that is not in the image: an error that names the remedy, if this is an import and nothing else
/// provides it.
fn left_out(
    mapped: &Mapped,
    finder: *mut PyObject,
    name: *mut PyObject,
    fullname: &str,
) -> *mut PyObject {
    // SAFETY: CPython's lock is held, and both are live objects; the format takes one object.
    let missed =
        unsafe { PyObject_CallMethod(finder, c"_is_missed".as_ptr(), c"O".as_ptr(), name) };
    if missed.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: CPython's lock is held, and `missed` is a reference of ours.
    let is_missed = unsafe {
        let truth = PyObject_IsTrue(missed);
        Py_DECREF(missed);
        truth
    };
    match is_missed {
        0 => none(),
        1 => {
            let reason = if matches!(mapped.image().header().program, Program::Interpreter) {
                String::from("it is not part of this runtime")
            } else {
                format!(
                    "it was left out of this executable: rebuild with --include-module {fullname}"
                )
            };
            let message = string(&format!("No module named '{fullname}'; {reason}"));
            // SAFETY: CPython's lock is held; `message` is a reference of ours, or null, which means an error that is already set.
            unsafe {
                if !message.is_null() {
                    PyErr_SetImportErrorSubclass(
                        PyExc_ModuleNotFoundError,
                        message,
                        name,
                        ptr::null_mut(),
                    );
                    Py_DECREF(message);
                }
            }
            ptr::null_mut()
        }
        _ => ptr::null_mut(),
    }
}

/// The directory and the name under which the module with the file `path` is found.
fn module_of(path: &str) -> Option<(&str, &str)> {
    let split = |path| match str::rsplit_once(path, '/') {
        Some(parts) => parts,
        None => ("", path),
    };
    let (directory, file) = split(path);
    match file.split_once('.')?.0 {
        "__init__" if !directory.is_empty() => Some(split(directory)),
        name => Some((directory, name)),
    }
}

fn is_directory(mapped: &Mapped, path: &str) -> bool {
    sound(mapped.image().file_type(path)) == Some(FileType::Directory)
}

/// What the image says, or the end of the process if it cannot say.
fn sound<T>(answer: Result<T, Damage>) -> T {
    answer.unwrap_or_else(|damage| failure::stop(damage))
}

/// The image, and where in it the path `object` leads; nothing if that is outside, or no string.
pub(crate) fn below_root_of(object: *mut PyObject) -> Option<(&'static Mapped, String)> {
    let mapped = IMAGE.get()?;
    // SAFETY: CPython's lock is held and `object` is live; `encoded` is a reference of ours, and its bytes are
    // copied before it is given up.
    unsafe {
        if PyUnicode_Check(object) == 0 {
            return None;
        }
        let encoded = PyUnicode_EncodeFSDefault(object);
        if encoded.is_null() {
            PyErr_Clear();
            return None;
        }
        let data: *const u8 = PyBytes_AsString(encoded).cast();
        let bytes = std::slice::from_raw_parts(data, PyBytes_Size(encoded).cast_unsigned());
        let path = below_root(bytes);
        Py_DECREF(encoded);
        Some((mapped, path?))
    }
}

/// The text of a string object, for as long as that object lives.
fn text<'a>(object: *mut PyObject) -> Option<&'a str> {
    let mut length = 0;
    // SAFETY: CPython's lock is held and `object` is live; CPython keeps the UTF-8 form with the string.
    unsafe {
        let data = PyUnicode_AsUTF8AndSize(object, &raw mut length);
        if data.is_null() {
            PyErr_Clear();
            return None;
        }
        str::from_utf8(std::slice::from_raw_parts(
            data.cast(),
            length.cast_unsigned(),
        ))
        .ok()
    }
}

/// A new string object, or null with an exception.
fn string(text: &str) -> *mut PyObject {
    // SAFETY: CPython's lock is held wherever this module is used; pointer and length belong together.
    unsafe { PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len().cast_signed()) }
}

/// A new string object that names a file, decoded as `os.fsdecode` does; or null with an exception.
fn file_name(path: &str) -> *mut PyObject {
    file_name_of(path.as_bytes())
}

/// The same of any bytes.
fn file_name_of(path: &[u8]) -> *mut PyObject {
    // SAFETY: as in `string`.
    unsafe { PyUnicode_DecodeFSDefaultAndSize(path.as_ptr().cast(), path.len().cast_signed()) }
}

/// A new reference to None.
pub(crate) fn none() -> *mut PyObject {
    // SAFETY: None lives as long as the interpreter, and CPython's lock is held.
    unsafe {
        let none = Py_None();
        Py_INCREF(none);
        none
    }
}
