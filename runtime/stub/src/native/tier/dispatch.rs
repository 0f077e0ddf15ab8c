//! Names for memory files where /proc is not mounted: Syscall User Dispatch (Linux 5.11, x86-64).
//!
//! While ld.so loads a library, the kernel sends this thread a signal for every system call of ld.so instead of carrying it
//! out. The handler carries it out, except that it answers `openat` of a name that it knows with the descriptor
//! of the memory file. Once all names were opened, system calls are as always.

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_long, c_ulong, c_void};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr;

use libc::{
    REG_R8, REG_R9, REG_R10, REG_RAX, REG_RDI, REG_RDX, REG_RSI, SA_SIGINFO, SIG_SETMASK,
    SIG_UNBLOCK, SIGSYS, dl_phdr_info, sigset_t, size_t, ucontext_t,
};

use super::name::Named;
use crate::vfs::errno::Errno;

// Of linux/prctl.h.
const PR_SET_SYSCALL_USER_DISPATCH: c_int = 59;
const PR_SYS_DISPATCH_OFF: c_ulong = 0;
const PR_SYS_DISPATCH_ON: c_ulong = 1;

/// What the kernel does with system calls.
const ALLOW: u8 = 0;
const SEND_SIGNAL: u8 = 1;

/// Memory files that are yet to be opened by their names.
type Pending<'a> = [Cell<Option<&'a Named>>];

thread_local! {
    /// What the kernel reads at each system call, while dispatch is on.
    static SELECTOR: Cell<u8> = const { Cell::new(ALLOW) };
    /// What the handler looks at; set while [`with`] waits for ld.so.
    static PENDING: Cell<Option<*const Pending<'static>>> = const { Cell::new(None) };
}

/// Can it be used here?
pub(super) fn is_available() -> bool {
    let Some(range) = library_code() else {
        return false;
    };
    let available = switch_on(&range);
    switch_off();
    available
}

/// Runs `load`, while ld.so finds the files under their names.
pub(super) fn with<T>(files: &[&Named], load: impl FnOnce() -> T) -> T {
    let pending: Vec<Cell<Option<&Named>>> =
        files.iter().map(|file| Cell::new(Some(*file))).collect();
    let pending = ptr::from_ref::<Pending<'_>>(&pending) as *const Pending<'static>;
    let outer = PENDING.replace(Some(pending));
    let handler = Handler::install();
    if library_code().is_some_and(|range| switch_on(&range)) {
        SELECTOR.set(SEND_SIGNAL);
    }
    let result = load();
    SELECTOR.set(ALLOW);
    switch_off();
    drop(handler);
    PENDING.set(outer);
    result
}

/// System calls of the C library itself are never dispatched: the handler makes its own there, and returns through it.
fn switch_on(library: &Range<usize>) -> bool {
    let selector = SELECTOR.with(Cell::as_ptr);
    // SAFETY: the selector lives as long as the thread, to which the setting belongs.
    let result = unsafe {
        libc::prctl(
            PR_SET_SYSCALL_USER_DISPATCH,
            PR_SYS_DISPATCH_ON,
            library.start,
            library.len(),
            selector,
        )
    };
    result == 0
}

fn switch_off() {
    let zero: c_ulong = 0;
    // SAFETY: no memory is involved.
    unsafe {
        libc::prctl(
            PR_SET_SYSCALL_USER_DISPATCH,
            PR_SYS_DISPATCH_OFF,
            zero,
            zero,
            zero,
        );
    }
}

/// Where the code of the C library is mapped.
fn library_code() -> Option<Range<usize>> {
    // SAFETY: a C string; and the structure is filled if the result is not 0.
    let base = unsafe {
        let function = libc::dlsym(libc::RTLD_NEXT, c"syscall".as_ptr());
        let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
        if function.is_null() || libc::dladdr(function, info.as_mut_ptr()) == 0 {
            return None;
        }
        info.assume_init().dli_fbase as usize
    };
    let mut search = (base, None);
    // SAFETY: the function below gets the pointer to `search` and knows its type.
    unsafe { libc::dl_iterate_phdr(Some(find_code), (&raw mut search).cast()) };
    search.1
}

/// Stops at the library with the base address in `search`, and puts its executable segment there.
unsafe extern "C" fn find_code(
    info: *mut dl_phdr_info,
    _size: size_t,
    search: *mut c_void,
) -> c_int {
    // SAFETY: `library_code` has passed a pointer to this; the C library passes a valid description.
    let (search, info) = unsafe { (&mut *search.cast::<(usize, Option<Range<usize>>)>(), &*info) };
    let base = usize::try_from(info.dlpi_addr).unwrap_or(0);
    if base != search.0 {
        return 0;
    }
    // SAFETY: as many headers as the description says.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    search.1 = headers
        .iter()
        .find(|header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0)
        .and_then(|header| {
            let begin = base + usize::try_from(header.p_vaddr).ok()?;
            Some(begin..begin + usize::try_from(header.p_memsz).ok()?)
        });
    1
}

/// The handler of `SIGSYS`; the one before is put back when this is dropped.
struct Handler {
    action: libc::sigaction,
    mask: sigset_t,
}

impl Handler {
    fn install() -> Self {
        // SAFETY: the structures have numbers only, for which zero is a value; each call fills what it gets, and the
        // handler has the signature that SA_SIGINFO wants.
        unsafe {
            let mut before: Self = std::mem::zeroed();
            let mut action: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_system_call;
            action.sa_sigaction = handler as usize;
            action.sa_flags = SA_SIGINFO;
            libc::sigaction(SIGSYS, &raw const action, &raw mut before.action);
            let mut mask: sigset_t = std::mem::zeroed();
            libc::sigaddset(&raw mut mask, SIGSYS);
            libc::pthread_sigmask(SIG_UNBLOCK, &raw const mask, &raw mut before.mask);
            before
        }
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        // SAFETY: as they were before.
        unsafe {
            libc::sigaction(SIGSYS, &raw const self.action, ptr::null_mut());
            libc::pthread_sigmask(SIG_SETMASK, &raw const self.mask, ptr::null_mut());
        }
    }
}

/// Carries out a system call of ld.so.
extern "C" fn on_system_call(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    SELECTOR.set(ALLOW);
    let errno = Errno::last();
    // SAFETY: the kernel passes the state of the thread, which it restores when this returns.
    let registers = unsafe { &mut (*context.cast::<ucontext_t>()).uc_mcontext.gregs };
    let argument = |register: c_int| register_at(registers, register);
    let number = argument(REG_RAX);
    let known = if number == libc::SYS_openat {
        // SAFETY: ld.so passes a C string.
        take(unsafe { CStr::from_ptr(argument(REG_RSI) as *const _) })
    } else {
        None
    };
    let result = match known {
        // SAFETY: an open descriptor.
        Some(descriptor) => unsafe {
            c_long::from(libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0))
        },
        // SAFETY: what ld.so wanted.
        None => unsafe {
            libc::syscall(
                number,
                argument(REG_RDI),
                argument(REG_RSI),
                argument(REG_RDX),
                argument(REG_R10),
                argument(REG_R8),
                argument(REG_R9),
            )
        },
    };
    registers[index(REG_RAX)] = if result == -1 {
        -c_long::from(Errno::last().0)
    } else {
        result
    };
    errno.set();
    if is_pending() {
        SELECTOR.set(SEND_SIGNAL);
    }
}

fn index(register: c_int) -> usize {
    usize::try_from(register).unwrap_or(0)
}

fn register_at(registers: &[c_long], register: c_int) -> c_long {
    registers[index(register)]
}

/// The descriptor of the file with this name, which then needs it no more.
fn take(name: &CStr) -> Option<c_int> {
    let file = pending()?
        .iter()
        .find(|file| file.get().is_some_and(|file| *file.name == *name))?;
    Some(file.take()?.descriptor.number())
}

/// Is there a file that was not opened yet?
fn is_pending() -> bool {
    pending().is_some_and(|files| files.iter().any(|file| file.get().is_some()))
}

fn pending() -> Option<&'static Pending<'static>> {
    // SAFETY: set by `with`, which is waiting for ld.so to come back.
    PENDING.get().map(|pending| unsafe { &*pending })
}
