//! Makes a snapshot: the stub's role when the builder runs it with an [`Order`].

use std::ffi::{CStr, CString, c_char};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pyo3_ffi::{
    Py_DECREF, PyErr_Print, PyImport_ImportModule, PyObject_CallMethod, PyObject_SetArenaAllocator,
    PyObjectArenaAllocator, PyUnicode_AsUTF8AndSize, PyUnicode_Check,
};

use super::warm;
use super::zones::{self, ARENAS, RAW};
use crate::config::CommandLine;
use crate::environment;
use crate::failure::Failure;
use crate::image::Mapped;
use crate::processes::{self, Role};

/// The variable by which the builder asks for a snapshot: `SEED:LAYOUT:FILE`. With 1 as the layout, everything that the kernel places
/// lies elsewhere than with 0, also where it places nothing at random. Beside FILE there may be `FILE.plan`, which says what of the
/// program is to be imported (`templates/bootstrap/snapshot.py`); an answer goes to `FILE.report`.
const VARIABLE: &str = "FASTICE_SNAPSHOT_ORDER";

/// What the program is called while its snapshot is made. The real path would be different each time, and is different where the
/// program will run.
const EXECUTABLE: &str = "/fastice/bin/program";

/// The builder's wish for a snapshot.
pub(crate) struct Order {
    /// What string hashes are seeded with.
    pub(crate) hash_seed: u32,
    /// Where to write the snapshot.
    file: PathBuf,
    /// What of the program is to be imported, if anything.
    plan: Option<String>,
}

unsafe extern "C" {
    /// See `python/dump.c`.
    fn fastice_begin_dump();
    /// See `python/dump.c`.
    fn fastice_begin_preload();
    /// See `python/dump.c`.
    fn fastice_prepare_dump() -> *const c_char;
}

impl Order {
    /// The order, if this process has one. Then it is not the environment's process any more: its variables, dispositions
    /// of signals and command line are those of every process that makes a snapshot.
    pub(crate) fn take() -> Option<Self> {
        let value = std::env::var(VARIABLE).ok()?;
        let mut fields = value.splitn(3, ':');
        let (seed, layout, file) = (fields.next()?, fields.next()?, fields.next()?);
        let order = Self {
            hash_seed: seed.parse().ok()?,
            file: PathBuf::from(file),
            plan: fs_err::read_to_string(format!("{file}.plan")).ok(),
        };
        if layout == "1" {
            move_mappings(&format!("{seed}:0:{file}"));
        }
        processes::clear_environment();
        // What the time module says before it is asked anew, on whatever machine this is.
        // SAFETY: two C strings, and there is one thread.
        unsafe { libc::setenv(c"TZ".as_ptr(), c"UTC0".as_ptr(), 1) };
        for signal in 1..=libc::SIGRTMAX() {
            // SAFETY: the default action is a valid one; those that cannot be changed refuse.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        Some(order)
    }

    /// What is the same for every process that makes a snapshot.
    pub(crate) fn role(mapped: &'static Mapped) -> Role {
        let name = CString::from_vec_with_nul(format!("{EXECUTABLE}\0").into_bytes());
        let line = CommandLine::new(vec![name.unwrap_or_default()]);
        Role::of_program(line, &mapped.image().header().program)
    }

    /// As [`Order::role`].
    pub(crate) fn executable() -> &'static Path {
        Path::new(EXECUTABLE)
    }

    /// Lets everything be allocated from the zones. To be called before CPython is touched.
    pub(crate) fn begin() -> Result<(), Failure> {
        if !zones::record() {
            return Err(Failure::Memory);
        }
        let mut allocator = PyObjectArenaAllocator {
            ctx: std::ptr::null_mut(),
            alloc: Some(zones::allocate_arena),
            free: Some(zones::free_arena),
        };
        // SAFETY: CPython did not allocate anything yet, and copies the structure.
        unsafe {
            PyObject_SetArenaAllocator(&raw mut allocator);
            fastice_begin_dump();
        }
        Ok(())
    }

    /// Writes the snapshot of the initialized interpreter, or an answer to the plan.
    pub(crate) fn fulfil(&self, mapped: &Mapped) -> Result<(), Failure> {
        call("prepare", None)?;
        if let Some(plan) = &self.plan {
            // Variables that the program has in any case.
            // SAFETY: there is one thread.
            unsafe { environment::prepare(&mapped.image().header().settings.environment) };
            // SAFETY: the interpreter is initialized, and this thread holds its lock.
            unsafe { fastice_begin_preload() };
            if let Some(report) = call("preload", Some(plan))? {
                let mut file = self.file.clone().into_os_string();
                file.push(".report");
                return fs_err::write(PathBuf::from(file), report)
                    .map_err(|error| Failure::NoSnapshot(error.to_string()));
            }
        }
        // SAFETY: the interpreter is initialized, and this thread holds its lock. Afterwards nothing touches CPython.
        let reason = unsafe { fastice_prepare_dump() };
        if !reason.is_null() {
            // SAFETY: a C string that lives as long as the process.
            let reason = unsafe { CStr::from_ptr(reason) }.to_string_lossy();
            return Err(Failure::NoSnapshot(reason.into_owned()));
        }
        zones::stop();
        self.write()
            .map_err(|error| Failure::NoSnapshot(error.to_string()))
    }

    /// The segments: for each of them its address, its length in the file and its length in memory; then what is in them, each
    /// beginning where the one before ended.
    fn write(&self) -> io::Result<()> {
        let (warm_address, warm_len) = warm::range();
        let words = warm::own()
            .ok_or_else(|| io::Error::other("the stub was not linked as it should be"))?;
        // SAFETY: the range is mapped. Nobody else uses it: no Python code runs any more, and there is one thread.
        let mut warm = unsafe {
            std::slice::from_raw_parts(warm::pointer(warm_address).cast::<u8>(), warm_len)
        }
        .to_vec();
        for word in words {
            let at = word as usize - warm_address;
            warm[at..at + size_of::<usize>()].fill(0);
        }
        let mut out = io::BufWriter::new(fs_err::File::create(&self.file)?);
        let zone = |zone: &zones::Zone| {
            // SAFETY: the used part of the zone is mapped, and nothing allocates in it any more.
            unsafe { std::slice::from_raw_parts(zone.base as *const u8, zone.used()) }
        };
        let segments = [
            (warm_address, &warm[..], warm_len),
            (RAW.base, without_zeros(zone(&RAW)), RAW.used()),
            (ARENAS.base, without_zeros(zone(&ARENAS)), ARENAS.used()),
        ];
        for (address, bytes, memory_len) in &segments {
            for number in [*address, bytes.len(), *memory_len] {
                out.write_all(&(number as u64).to_le_bytes())?;
            }
        }
        for (_, bytes, _) in &segments {
            out.write_all(bytes)?;
        }
        out.flush()
    }
}

/// Executes this program once more, with more room for the stack: the kernel places the libraries below it. Returns if that is
/// not possible.
fn move_mappings(order: &str) {
    use std::os::unix::process::CommandExt;
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the structure is valid, and this process has one thread.
    unsafe {
        libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit);
        // The kernel keeps 128 MiB free in any case.
        limit.rlim_cur = limit.rlim_max.min(512 << 20);
        libc::setrlimit(libc::RLIMIT_STACK, &raw const limit);
    }
    let _ = std::process::Command::new("/proc/self/exe")
        .env(VARIABLE, order)
        .exec();
}

/// Calls a function of `templates/bootstrap/snapshot.py`, which returns a string or None.
fn call(function: &str, argument: Option<&str>) -> Result<Option<String>, Failure> {
    let function = CString::new(function).unwrap_or_default();
    // SAFETY: the interpreter is initialized and this thread holds its lock; each reference is ours, and checked; the format
    // takes a pointer and a length.
    unsafe {
        let module = PyImport_ImportModule(c"_fastice_snapshot".as_ptr());
        let result = match argument {
            _ if module.is_null() => module,
            None => PyObject_CallMethod(module, function.as_ptr(), std::ptr::null()),
            Some(text) => PyObject_CallMethod(
                module,
                function.as_ptr(),
                c"s#".as_ptr(),
                text.as_ptr(),
                text.len().cast_signed(),
            ),
        };
        if result.is_null() {
            PyErr_Print();
            return Err(Failure::NoSnapshot(String::from(
                "what is imported first cannot be imported",
            )));
        }
        let mut len = 0;
        let bytes = if PyUnicode_Check(result) == 0 {
            std::ptr::null()
        } else {
            PyUnicode_AsUTF8AndSize(result, &raw mut len)
        };
        let text = (!bytes.is_null()).then(|| {
            let bytes = std::slice::from_raw_parts(bytes.cast(), len.cast_unsigned());
            String::from_utf8_lossy(bytes).into_owned()
        });
        Py_DECREF(result);
        Py_DECREF(module);
        Ok(text)
    }
}

/// The pages up to the last one that holds anything.
fn without_zeros(bytes: &[u8]) -> &[u8] {
    let used = bytes
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    &bytes[..used.next_multiple_of(zones::PAGE).min(bytes.len())]
}
