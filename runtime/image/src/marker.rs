//! What a process tells a child that is the same executable: one environment variable, gone before the child's Python sees it.
//! The builder writes one as well, to have a program run what python's command line names.

use std::ffi::{CStr, c_char};
use std::fmt::Write;

use crate::Identity;

/// Name of the variable.
pub const VARIABLE: &str = "FASTICE_CHILD";

/// Name of the variable, with the sign behind it.
pub const PREFIX: &[u8] = b"FASTICE_CHILD=";

/// Enough for the prefix, seven numbers of 64 bits and a word.
const TEXT_LEN: usize = 200;

/// What runs in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The program in the image.
    Program,
    /// What python's own command line names, with the modules of the image.
    Interpreter,
}

/// Whose child a process is.
#[derive(Clone, Copy)]
pub struct Marker {
    /// The executable that the marker is for. Any other ignores it.
    pub identity: Identity,
    /// How many ancestors of the child, without interruption, are the same program.
    pub depth: u32,
    /// The child has the very arguments of its parent, which was this: a program that starts itself again.
    pub repeats: Option<Kind>,
    /// Number of the directory of the tree that is the child's working directory; 0 if that is outside.
    pub directory: u64,
    /// Which of the programs in the image the parent is.
    pub alternative: Option<usize>,
    /// The position of the argument that is the name under which the parent was called; 0 if there is none.
    pub name_at: usize,
    /// Number of the file of the tree that the child is to execute, and do nothing else; 0 if it is to do something itself.
    pub executes: u64,
}

/// A marker as an entry of an environment. No memory is allocated for it: it is made in children of `vfork` and signal handlers.
pub struct Text {
    bytes: [u8; TEXT_LEN],
    len: usize,
}

impl Text {
    /// `FASTICE_CHILD=…` as a C string.
    pub fn as_ptr(&self) -> *const c_char {
        self.bytes.as_ptr().cast()
    }

    /// What stands behind the sign.
    pub fn value(&self) -> &[u8] {
        &self.bytes[PREFIX.len()..self.len]
    }

    /// The same as [`Self::as_ptr`], for those who can use a slice.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        // The last byte stays the null byte.
        if end >= self.bytes.len() {
            return Err(std::fmt::Error);
        }
        self.bytes[self.len..end].copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl Marker {
    /// For a child of this file with nothing else to know.
    pub fn new(identity: Identity, depth: u32) -> Self {
        Self {
            identity,
            depth,
            repeats: None,
            directory: 0,
            alternative: None,
            name_at: 0,
            executes: 0,
        }
    }

    /// The marker as an entry of an environment.
    pub fn text(&self) -> Text {
        let mut bytes = [0; TEXT_LEN];
        bytes[..PREFIX.len()].copy_from_slice(PREFIX);
        let mut text = Text {
            bytes,
            len: PREFIX.len(),
        };
        let repeats = match self.repeats {
            None => "no",
            Some(Kind::Program) => "program",
            Some(Kind::Interpreter) => "interpreter",
        };
        // It fits: `TEXT_LEN`.
        let _ = write!(
            text,
            "{}:{}:{}:{}:{}:{}:{repeats}",
            self.identity.device,
            self.identity.inode,
            self.depth,
            self.directory,
            self.name_at,
            self.executes
        );
        if let Some(alternative) = self.alternative {
            let _ = write!(text, ":{alternative}");
        }
        text
    }

    /// Reads an entry of an environment. Nothing if it is no marker, or not one that this version writes.
    pub fn read(entry: &CStr) -> Option<Self> {
        let value = str::from_utf8(entry.to_bytes().strip_prefix(PREFIX)?).ok()?;
        let mut fields = value.split(':');
        let mut field = || fields.next();
        let marker = Self {
            identity: Identity {
                device: field()?.parse().ok()?,
                inode: field()?.parse().ok()?,
            },
            depth: field()?.parse().ok()?,
            directory: field()?.parse().ok()?,
            name_at: field()?.parse().ok()?,
            executes: field()?.parse().ok()?,
            repeats: match field()? {
                "no" => None,
                "program" => Some(Kind::Program),
                "interpreter" => Some(Kind::Interpreter),
                _ => return None,
            },
            alternative: match field() {
                None => None,
                Some(number) => Some(number.parse().ok()?),
            },
        };
        field().is_none().then_some(marker)
    }
}
