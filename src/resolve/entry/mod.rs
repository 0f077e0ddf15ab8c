//! What runs: choosing it, and checking that it is there.

mod bindings;
mod check;

pub(super) use check::check;

use std::collections::BTreeMap;

use super::Entry;
use crate::{Code, Error, Result};

/// Parses `pkg.mod:func.attr`, as an entry point is written; extras in brackets after it mean nothing today.
///
/// # Errors
/// [`Code::InvalidEntry`].
pub(super) fn parse(text: &str) -> Result<Entry> {
    let reference = text.split('[').next().unwrap_or(text).trim();
    let parts = reference.split_once(':').map(|(m, a)| (m.trim(), a.trim()));
    match parts {
        Some((module, attribute)) if is_dotted(module) && is_dotted(attribute) => {
            Ok(Entry::Function {
                module: module.to_owned(),
                attribute: attribute.to_owned(),
            })
        }
        _ => Err(
            Error::new(Code::InvalidEntry, format!("`{text}` is no entry")).hint(
                "write module and function, `pkg.mod:func`; to run a module use `-m pkg.mod`",
            ),
        ),
    }
}

/// The name of the console script, and what runs.
pub(super) fn split(chosen: Result<(Option<String>, Entry)>) -> (Option<String>, Result<Entry>) {
    match chosen {
        Ok((script, entry)) => (script, Ok(entry)),
        Err(error) => (None, Err(error)),
    }
}

/// Parses the name of a module.
///
/// # Errors
/// [`Code::InvalidEntry`].
pub(super) fn parse_module(text: &str) -> Result<Entry> {
    if is_dotted(text) {
        return Ok(Entry::Module(text.to_owned()));
    }
    let hint = if text.contains(':') {
        format!("to call a function use `-e {text}`")
    } else {
        "write the name with dots, as after `python -m`".to_owned()
    };
    Err(Error::new(
        Code::InvalidEntry,
        format!("`{text}` is no name of a module"),
    )
    .hint(hint))
}

fn is_dotted(text: &str) -> bool {
    let is_identifier = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('.').all(is_identifier)
}

/// Chooses among console scripts: the one called `wanted`, else the only one. Returns its name and entry.
///
/// # Errors
/// [`Code::NoEntry`], [`Code::SeveralEntries`], [`Code::NoSuchScript`]; `whose` begins their sentence.
pub(super) fn choose(
    scripts: &BTreeMap<String, String>,
    wanted: Option<&str>,
    whose: &str,
) -> Result<(String, Entry)> {
    if let Some(wanted) = wanted {
        let Some(entry) = scripts.get(wanted) else {
            let error = Error::new(
                Code::NoSuchScript,
                format!("{whose} has no console script `{wanted}`"),
            );
            return Err(if scripts.is_empty() {
                error.hint("it has none at all; choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`")
            } else {
                error.hint(format!("it has {}", names(scripts)))
            });
        };
        return Ok((wanted.to_owned(), parse(entry)?));
    }
    let mut all = scripts.iter();
    match (all.next(), all.next()) {
        (None, _) => Err(
            Error::new(Code::NoEntry, format!("{whose} has no console script"))
                .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"),
        ),
        (Some((name, entry)), None) => Ok((name.clone(), parse(entry)?)),
        (Some((first, _)), Some(_)) => Err(Error::new(
            Code::SeveralEntries,
            format!("{whose} has several console scripts: {}", names(scripts)),
        )
        .hint(format!("choose one: `--script {first}`"))),
    }
}

fn names(scripts: &BTreeMap<String, String>) -> String {
    scripts
        .keys()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_a_module_and_an_attribute() {
        let entry = |module: &str, attribute: &str| Entry::Function {
            module: module.to_owned(),
            attribute: attribute.to_owned(),
        };
        assert_eq!(parse("a.b:c.d").unwrap(), entry("a.b", "c.d"));
        assert_eq!(parse(" a : c [extra]").unwrap(), entry("a", "c"));
        for text in ["a.b", "a:", ":b", "a-b:c", "a..b:c", "a:b:c"] {
            assert_eq!(
                parse(text).unwrap_err().code(),
                Code::InvalidEntry,
                "{text}"
            );
        }
    }
}
