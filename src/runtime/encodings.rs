//! What the runtime knows about encodings of text.

use std::process::{Command, Stdio};

use super::Pack;
use crate::interrupt::ChildGroup;
use crate::{Code, Error, Result};

/// Ends with 0 if the first argument is an encoding that fits, and with 3 if not. The second says for what.
const SCRIPT: &str = r#"
import codecs, sys
name, use = sys.argv[1:]
text, octets = "/fastice/app", b"/fastice/app"
try:
    fits = codecs.lookup(name)._is_text_encoding
    # stderr has this handler.
    text.encode(name, "backslashreplace")
    if use == "names":
        fits = fits and text.encode(name, "surrogateescape") == octets == octets.decode(name, "surrogateescape").encode()
except (LookupError, UnicodeError):
    fits = False
sys.exit(0 if fits else 3)
"#;

/// What an encoding is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The standard streams.
    Streams,
    /// Names of files: bytes of ASCII must stand for themselves.
    Names,
}

/// Can CPython start with the encoding `name`?
///
/// # Errors
/// [`Code::CompileWorker`] when the runtime does not say.
pub(crate) fn is_fit(pack: &Pack, name: &str, purpose: Use) -> Result<bool> {
    let mut command = Command::new(pack.python());
    command
        .args(["-I", "-S", "-X", "utf8", "-c", SCRIPT, name])
        .arg(match purpose {
            Use::Streams => "streams",
            Use::Names => "names",
        })
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let failed = || {
        let message = format!("the runtime {} cannot be started", pack.python().display());
        Error::new(Code::CompileWorker, message)
    };
    let status = ChildGroup::spawn(&mut command)
        .and_then(ChildGroup::wait)
        .map_err(|error| failed().caused_by(error))?;
    match status.code() {
        Some(0) => Ok(true),
        Some(3) => Ok(false),
        _ => Err(failed()),
    }
}
