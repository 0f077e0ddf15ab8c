//! Loading a library of the tree and those that it needs.

use std::ffi::{CString, c_int};

use fastice_image::FileNode;
use libc::{RTLD_GLOBAL, RTLD_NODELETE, RTLD_NOLOAD};

use super::bundled;
use super::circle::{self, Member, Need};
use super::elf::Library;
use super::link_map::Handle;
use super::tier;
use super::under_way::UnderWay;
use super::{message, search, trace};
use crate::vfs::errno::Errno;
use crate::vfs::hidden;
use crate::vfs::place::{self, Place, Virtual};
use crate::vfs::tree::{self, Node};

/// How a library is to be opened: the flags of `dlopen`.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    flags: c_int,
}

impl Request {
    /// A request with these flags.
    pub(crate) fn new(flags: c_int) -> Self {
        Self { flags }
    }

    /// The same for a library that the requested one needs: it becomes part of that one's scope, and nothing more.
    fn for_needed(self) -> Self {
        Self::new(self.flags & !(RTLD_GLOBAL | RTLD_NODELETE))
    }

    /// Asks the C library.
    ///
    /// # Errors
    /// The C library's words.
    pub(crate) fn open(self, name: &CString) -> Result<Handle, String> {
        // SAFETY: a C string. What runs in the library's constructors is the program's choice.
        let raw = unsafe { hidden::dlopen()(name.as_ptr(), self.flags) };
        Handle::new(raw).ok_or_else(message::of_library)
    }

    /// Opens a library of the tree or of the system.
    ///
    /// # Errors
    /// As [`load`], or the C library's words.
    pub(crate) fn open_anywhere(self, name: &CString) -> Result<Handle, String> {
        // SAFETY: a C string.
        match unsafe { place::resolve(libc::AT_FDCWD, name.as_ptr()) } {
            Place::Inside(place) if name.as_bytes().starts_with(b"/") => load(&place, self),
            _ => self.open(name),
        }
    }

    /// The library, if it is loaded already.
    fn find_loaded(self, name: &CString) -> Option<Handle> {
        Self::new(self.flags | RTLD_NOLOAD).open(name).ok()
    }
}

/// Loads the library at a place in the tree.
///
/// # Errors
/// What `dlerror` is to say: a path that cannot be opened, or each tier with the reason why it failed.
pub(crate) fn load(place: &Virtual, request: Request) -> Result<Handle, String> {
    let path = place.path();
    let absolute = tree::absolute(path);
    match tree::find(place) {
        Ok(Node::File(file)) => load_file(path, &file, request, &[]),
        Ok(Node::Directory) => Err(cannot_open(&absolute, Errno(libc::EISDIR))),
        Err(errno) => Err(cannot_open(&absolute, errno)),
    }
}

/// The path of the library that the one at `caller` would find under `name`.
pub(crate) fn search_for(name: &str, caller: &str) -> Option<String> {
    let Ok(Node::File(file)) = tree::find(&Virtual::at(caller)) else {
        return None;
    };
    let directories = tier::with_bytes(caller, &file, |bytes| {
        let library = Library::parse(bytes).map_err(|malformed| malformed.0.to_owned())?;
        Ok(search::directories(&library, caller))
    });
    let (path, _) = search::find(&directories.ok()?, name)?;
    Some(path)
}

/// As the C library says it.
fn cannot_open(name: &str, errno: Errno) -> String {
    format!("{name}: cannot open shared object file: {errno}")
}

/// `inherited`: directories that the libraries above this one want to be searched.
fn load_file(
    path: &str,
    file: &FileNode,
    request: Request,
    inherited: &[String],
) -> Result<Handle, String> {
    let absolute = tree::absolute(path);
    let name = CString::new(absolute.as_str()).unwrap_or_default();
    let _under_way = UnderWay::begin(path);
    if let Some(handle) = request.find_loaded(&name) {
        return Ok(handle);
    }
    if request.flags & RTLD_NOLOAD != 0 {
        return Err(format!("{absolute}: not loaded"));
    }
    let circle = circle::of(path, file, inherited)?;
    let mut needed = Needed::default();
    for member in &circle {
        for need in &member.needed {
            if circle.iter().all(|other| other.path != need.path) {
                match needed.load(member, need, request) {
                    // It may be too new for this machine's C library; then the system's own has to do.
                    Err(reason) if bundled::is_one(&need.path) => {
                        trace::line(format_args!("{}: {reason}", need.name));
                    }
                    result => result?,
                }
            }
        }
    }
    let handle = tier::load(&circle, request)?;
    handle.rename(&name);
    drop(needed);
    Ok(handle)
}

/// Libraries that were loaded because another needs them. ld.so finds them among the loaded libraries, by name, and then
/// holds them itself.
#[derive(Default)]
struct Needed {
    handles: Vec<Handle>,
    /// Those that are needed under another name than they call themselves: their names until now.
    renamed: Vec<(Handle, CString)>,
}

impl Needed {
    /// Loads what a library needs.
    fn load(&mut self, member: &Member, need: &Need, request: Request) -> Result<(), String> {
        let absolute = tree::absolute(&need.path);
        trace::line(format_args!("{} needs {absolute}", member.absolute));
        let handle = load_file(
            &need.path,
            &need.file,
            request.for_needed(),
            &member.directories,
        )?;
        self.handles.push(handle);
        if !search::is_called(&need.path, &need.file, &need.name) {
            let alias = CString::new(need.name.as_str()).unwrap_or_default();
            self.renamed.push((handle, handle.name()));
            handle.rename(&alias);
        }
        Ok(())
    }
}

impl Drop for Needed {
    fn drop(&mut self) {
        for (handle, name) in self.renamed.drain(..) {
            handle.rename(&name);
        }
        for handle in self.handles.drain(..) {
            handle.close();
        }
    }
}
