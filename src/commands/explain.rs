//! `fastice explain`.

use std::fmt::Write as _;

use super::print;
use crate::Result;
use crate::cli;
use crate::error::{Code, Error, ExitStatus, explanation};

/// Prints the explanation of a code, or the list of them.
pub(super) fn explain(arguments: &cli::Explain) -> Result<ExitStatus> {
    match &arguments.code {
        Some(text) => {
            let code = Code::parse(text).ok_or_else(|| {
                Error::new(
                    Code::UnknownCode,
                    format!("there is no error code `{text}`"),
                )
                .hint("`fastice explain` lists them all")
            })?;
            print::text(explanation::text(code))?;
        }
        None => print::text(&list())?,
    }
    Ok(ExitStatus::Success)
}

fn list() -> String {
    Code::ALL.iter().fold(String::new(), |mut out, &code| {
        let _ = writeln!(out, "{}  {}", code.as_str(), explanation::title(code));
        out
    })
}
