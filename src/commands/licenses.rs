//! `fastice licenses`.

use std::fmt::Write as _;

use serde::Serialize;

use super::print;
use crate::Result;
use crate::bom::Component;
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    components: &'a [Component],
}

/// Prints what an executable is made of, with its licences, or the licence texts.
pub(super) fn licenses(arguments: &cli::Licenses) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let bill = executable.bill()?;
    if arguments.output_format == OutputFormat::Json {
        print::json(&Document {
            schema: SCHEMA,
            components: &bill.components,
        })?;
    } else if arguments.texts {
        print::text(&texts(&executable, &bill.components)?)?;
    } else {
        print::text(&table(&bill.components))?;
    }
    Ok(ExitStatus::Success)
}

fn title(component: &Component) -> String {
    let version = component.version.as_deref().unwrap_or_default();
    format!("{} {version}", component.name)
        .trim_end()
        .to_owned()
}

fn table(components: &[Component]) -> String {
    let width = components
        .iter()
        .map(|one| title(one).chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for component in components {
        let license = component.license.as_deref().unwrap_or("not said");
        let _ = writeln!(out, "{:width$}  {license}", title(component));
    }
    out
}

/// Every text under the name of what it belongs to.
fn texts(executable: &Executable, components: &[Component]) -> Result<String> {
    let mut out = String::new();
    for component in components {
        let title = title(component);
        let license = component.license.as_deref().unwrap_or("not said");
        let _ = writeln!(
            out,
            "{title}\n{}\nLicence: {license}\n",
            "=".repeat(title.chars().count())
        );
        for path in &component.texts {
            if let Some(text) = executable.contents(path)? {
                let name = path.rsplit('/').next().unwrap_or(path);
                let text = String::from_utf8_lossy(&text);
                let _ = writeln!(out, "--- {name}\n\n{}\n", text.trim_end());
            }
        }
    }
    Ok(out)
}
