//! Which flavour of the runtime a program gets.

use super::FreezeOptions;
use crate::analyze::Needs;
use crate::resolve::{Application, Entry};
use crate::runtime::Pack;
use crate::runtime::flavour::{FULL, Flavour};
use crate::ui::Reporter;
use crate::{Code, Error, Result};

/// The flavour of the runtime that the program gets. What it lacks is no longer among the needs.
///
/// # Errors
/// When there is no such flavour, or the pack is damaged.
pub(super) fn choose(
    application: &Application,
    options: &FreezeOptions,
    pack: &Pack,
    needs: &mut Needs,
    reporter: &dyn Reporter,
) -> Result<Flavour> {
    let entry = application.entry.as_ref();
    let is_open = matches!(entry, Some(Entry::Interpreter | Entry::Interactive));
    let chosen = options.flavour.as_deref();
    // Whoever has a prompt may import anything.
    let chosen = chosen.or(is_open.then_some(FULL));
    let flavour = pack.flavour(chosen, &needs.standard)?;
    let lacks = &flavour.lacks.without_modules;
    let lacking: Vec<&str> = lacks
        .intersection(&needs.standard)
        .map(String::as_str)
        .collect();
    if !lacking.is_empty() {
        let names = lacking.join("`, `");
        let flavour = chosen.unwrap_or_default();
        reporter.warn(
            &Error::new(
                Code::LackingFlavour,
                format!("the program may import `{names}`, which the runtime `{flavour}` lacks"),
            )
            .hint("`fastice why FILE MODULE` says what imports it; without `--runtime` the runtime has it"),
        );
    }
    needs.standard.retain(|name| !lacks.contains(name));
    needs.left_out.extend(lacks.iter().cloned());
    Ok(flavour)
}
