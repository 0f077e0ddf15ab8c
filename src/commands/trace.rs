//! `fastice trace`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::cli;
use crate::error::ExitStatus;
use crate::runtime::Pack;
use crate::trace::Trace;
use crate::ui::{Reporter as _, Terminal, format};
use crate::{Code, Error, Result};

/// Runs a command, records what it does, and passes on its exit status.
pub(super) fn trace(arguments: &cli::Trace, terminal: &Terminal) -> Result<ExitStatus> {
    // Ctrl-C goes to the command as well; what it did until then is recorded.
    let ignored = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, ignored.clone()).map_err(Error::io)?;
    }
    let mut command = command(arguments)?;
    let (trace, status) = Trace::record(&mut command)?;
    let output = &arguments.output;
    let text = serde_json::to_vec_pretty(&trace).map_err(|error| Error::io(error.into()))?;
    fs_err::write(output, text).map_err(Error::io)?;
    if trace.modules.is_empty() {
        terminal.warn(&Error::new(
            Code::NothingTraced,
            format!("nothing was recorded into `{}`", format::path(output)),
        )
        .hint("the command runs no Python, or one that takes no variables: `-I`, `-E`, a frozen program"));
    } else {
        terminal.say(&format!(
            "{}: {}, {}, {}, {}",
            format::path(output),
            format::count(trace.modules.len(), "module"),
            format::count(trace.files.len(), "file"),
            if trace.libraries.len() == 1 {
                "1 library".to_owned()
            } else {
                format!("{} libraries", trace.libraries.len())
            },
            format::count(trace.programs.len(), "program"),
        ));
    }
    Ok(match status.code() {
        Some(code) => ExitStatus::Program(u8::try_from(code).unwrap_or(u8::MAX)),
        None => ExitStatus::Failure,
    })
}

/// The command; a script, and what begins with an option of `python`, is run by the runtime.
fn command(arguments: &cli::Trace) -> Result<Command> {
    let [first, rest @ ..] = &arguments.command[..] else {
        return Err(Error::new(Code::NoEntry, "there is no command to trace"));
    };
    let is_option = first.to_string_lossy().starts_with('-');
    let is_script = Path::new(first).extension() == Some(OsStr::new("py"));
    if is_option || is_script {
        let mut command = Command::new(Pack::locate()?.python());
        command.args(&arguments.command);
        return Ok(command);
    }
    let mut command = Command::new(first);
    command.args(rest);
    Ok(command)
}
