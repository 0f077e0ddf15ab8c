//! `fastice sbom`.

use super::print;
use crate::cli::{self, BillFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::{Code, Error, Result, bom};

/// Prints the bill of materials that the build put into an executable.
pub(super) fn sbom(arguments: &cli::Sbom) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let format = match arguments.format {
        BillFormat::Cyclonedx => "cdx",
        BillFormat::Spdx => "spdx",
    };
    let path = bom::path(&executable.header().name, format);
    let text = executable.contents(&path)?.ok_or_else(|| {
        Error::new(
            Code::NoRecord,
            format!("`{}` holds no bill of materials", arguments.file.display()),
        )
        .hint("a runtime pack has none; an executable gets one when it is built")
    })?;
    print::text(&String::from_utf8_lossy(&text))?;
    Ok(ExitStatus::Success)
}
