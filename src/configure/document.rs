//! One text with a table `[tool.fastice]` in it, checked key by key.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::{self, normalized};
use super::{Configuration, PATHS, relative_to};
use crate::error::Place;
use crate::ui::format;
use crate::{Code, Error, Result};

/// From a span of the TOML to one of the text that is shown: they differ for the block in a script.
pub(super) type Spans = Box<dyn Fn(Range<usize>) -> Range<usize>>;

/// A text that says something about the build.
pub(super) struct Document {
    /// Its name in messages: a path, a variable, a flag.
    name: PathBuf,
    /// What is shown of it.
    text: String,
    spans: Option<Spans>,
    /// The table, its keys spelled as in the schema. Spans are those of the TOML.
    pub(super) table: DeTable<'static>,
}

impl Document {
    /// The table at `path` (`["tool", "fastice"]`, or the whole) of the TOML document `toml`. Nothing if there is none.
    ///
    /// # Errors
    /// [`Code::ConfigurationFile`] if it is no TOML, [`Code::ConfigurationKey`], [`Code::ConfigurationValue`].
    pub(super) fn parse(
        name: &Path,
        text: &str,
        toml: &str,
        path: &[&str],
        spans: Option<Spans>,
    ) -> Result<Option<Self>> {
        let mut document = Self {
            name: name.to_owned(),
            text: text.to_owned(),
            spans,
            table: DeTable::default(),
        };
        // Tables borrow from their text, and layers hold tables of several texts: they stay as long as the process.
        let toml: &'static str = Box::leak(Box::from(toml));
        let mut table = match DeTable::parse(toml) {
            Ok(table) => table.into_inner(),
            // What is not ours alone is read, and complained about, by those whose it is.
            Err(_) if !path.is_empty() => return Ok(None),
            Err(error) => {
                let message = format!("`{}` is not valid TOML", format::path(name));
                let span = error.span().unwrap_or(0..1);
                let place = document.place(span, error.message());
                return Err(Error::new(Code::ConfigurationFile, message).at(place));
            }
        };
        for &part in path {
            let Some(inner) = table.remove(part) else {
                return Ok(None);
            };
            let span = inner.span();
            let DeValue::Table(inner) = inner.into_inner() else {
                let place = document.place(span, "a table is expected here");
                let message = format!(
                    "`{}` in `{}` is no table",
                    path.join("."),
                    format::path(name)
                );
                return Err(Error::new(Code::ConfigurationValue, message).at(place));
            };
            table = inner;
        }
        document.table = document.canonical(table, schema::schema(), "")?;
        document.configuration(0..toml.len())?;
        Ok(Some(document))
    }

    /// Makes paths in it absolute, as a file in `directory` means them.
    pub(super) fn relative_to(mut self, directory: &Path) -> Self {
        let place = |value: &mut Spanned<DeValue<'static>>| {
            if let Some(path) = value.get_ref().as_str() {
                *value.get_mut() = DeValue::String(relative_to(directory, path).into());
            }
        };
        for key in PATHS {
            let Some(value) = self.table.get_mut(key) else {
                continue;
            };
            match value.get_mut() {
                DeValue::Array(array) => array.iter_mut().for_each(place),
                _ => place(value),
            }
        }
        self
    }

    /// A place in the text, by a span of the TOML.
    pub(super) fn place(&self, span: Range<usize>, label: &str) -> Place {
        let span = match &self.spans {
            Some(spans) => spans(span),
            None => span,
        };
        Place {
            path: self.name.clone(),
            text: self.text.clone(),
            start: span.start,
            len: span.len().max(1),
            label: label.to_owned(),
        }
    }

    /// Spells each key as the schema does, and answers those that it does not have.
    fn canonical(
        &self,
        table: DeTable<'static>,
        schema: &'static Value,
        within: &str,
    ) -> Result<DeTable<'static>> {
        let Some(keys) = schema::keys(schema) else {
            return Ok(table);
        };
        let mut canonical = DeTable::default();
        for (mut key, mut value) in table {
            let written = key.get_ref().to_string();
            let Some((name, schema)) = keys
                .iter()
                .find(|(name, _)| normalized(name) == normalized(&written))
            else {
                return Err(self.unknown(&written, key.span(), keys.keys(), within));
            };
            let path = join(within, name);
            *key.get_mut() = name.clone().into();
            *value.get_mut() = match std::mem::replace(value.get_mut(), DeValue::Boolean(false)) {
                DeValue::Table(inner) => DeValue::Table(self.canonical(inner, schema, &path)?),
                DeValue::Array(mut array) => {
                    for element in array.iter_mut() {
                        let taken = std::mem::replace(element.get_mut(), DeValue::Boolean(false));
                        *element.get_mut() = match (taken, schema::elements(schema)) {
                            (DeValue::Table(inner), Some(schema)) => {
                                DeValue::Table(self.canonical(inner, schema, &path)?)
                            }
                            (other, _) => other,
                        };
                    }
                    DeValue::Array(array)
                }
                other => other,
            };
            self.check_range(&value, schema, &path)?;
            let span = key.span();
            if canonical.insert(key, value).is_some() {
                let place = self.place(span, "the second");
                let message = format!("`{path}` is set twice in `{}`", format::path(&self.name));
                return Err(Error::new(Code::ConfigurationKey, message).at(place));
            }
        }
        Ok(canonical)
    }

    /// The error for a key that does not exist.
    fn unknown<'k>(
        &self,
        written: &str,
        span: Range<usize>,
        known: impl Iterator<Item = &'k String>,
        within: &str,
    ) -> Error {
        let key = join(within, written);
        let message = format!("there is no key `{key}` in fastice's configuration");
        let error = Error::new(Code::ConfigurationKey, message).at(self.place(span, "unknown"));
        if let Some(hint) = reason(written) {
            return error.hint(hint);
        }
        let wanted = normalized(written);
        let elsewhere = schema::all_keys()
            .into_iter()
            .find(|(path, _)| path.last().is_some_and(|name| normalized(name) == wanted));
        if let Some((path, _)) = elsewhere {
            return error.hint(format!("the key is `{}`", path.join(".")));
        }
        match nearest(&wanted, known.map(String::as_str)) {
            Some(name) => error.hint(format!("did you mean `{}`?", join(within, name))),
            None => error.hint("docs/reference/configuration.md lists all keys"),
        }
    }

    /// Whole numbers must be within the bounds that the schema has for them.
    fn check_range(
        &self,
        value: &Spanned<DeValue<'static>>,
        schema: &Value,
        path: &str,
    ) -> Result<()> {
        let (Some(number), Some((min, max))) =
            (value.get_ref().as_integer(), schema::range(schema))
        else {
            return Ok(());
        };
        let parsed = i64::from_str_radix(number.as_str(), number.radix()).ok();
        if parsed.is_some_and(|number| (min..=max).contains(&number)) {
            return Ok(());
        }
        let place = self.place(value.span(), "out of range");
        let message = format!("`{path}` must be a number from {min} to {max}");
        Err(Error::new(Code::ConfigurationValue, message).at(place))
    }

    /// The table as a [`Configuration`]: its types are right.
    fn configuration(&self, span: Range<usize>) -> Result<Configuration> {
        let table = Spanned::new(span, self.table.clone());
        Configuration::deserialize(toml::Deserializer::from(table)).map_err(|error| {
            let span = error.span().unwrap_or(0..1);
            let key = key_at(&self.table, &span);
            let what = match &key {
                Some(key) => format!("the value of `{key}`"),
                None => "a value".to_owned(),
            };
            let message = format!("{what} in `{}` does not fit", format::path(&self.name));
            let label = in_words(error.message());
            let place = self.place(span.clone(), &label);
            let fail = Error::new(Code::ConfigurationValue, message).at(place);
            match key.and_then(|key| self.nearest_word(&key, span)) {
                Some(word) => fail.hint(format!("did you mean `{word}`?")),
                None => fail,
            }
        })
    }

    /// Of the words that `key` may be, the one that is most like what is written at `span`.
    fn nearest_word(&self, key: &str, span: Range<usize>) -> Option<&'static str> {
        let path: Vec<&str> = key.split('.').collect();
        let (_, schema) = schema::all_keys()
            .into_iter()
            .find(|(known, _)| *known == path)?;
        let place = self.place(span, "");
        let written = self.text.get(place.start..place.start + place.len)?;
        let words = schema::words(schema).into_iter().map(|(word, _)| word);
        nearest(&normalized(written.trim_matches(['"', '\''])), words)
    }
}

/// What serde says about types, in the words of TOML.
fn in_words(message: &str) -> String {
    let mut text = message.replace("a sequence", "a list");
    for number in ["u8", "u16", "u32", "u64"] {
        text = text.replace(&format!("expected {number}"), "expected a number");
    }
    text.replace("a map", "a table")
}

/// The key in full whose value lies at `span`.
fn key_at(table: &DeTable<'static>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        let inner = match value.get_ref() {
            DeValue::Table(inner) => key_at(inner, span),
            DeValue::Array(array) => array
                .iter()
                .find_map(|element| key_at(element.get_ref().as_table()?, span)),
            _ => None,
        };
        inner.map(|inner| format!("{name}.{inner}")).or_else(|| {
            let whole = value.span();
            (whole.start <= span.start && span.end <= whole.end).then(|| name.to_string())
        })
    })
}

fn join(within: &str, name: &str) -> String {
    if within.is_empty() {
        name.to_owned()
    } else {
        format!("{within}.{name}")
    }
}

/// The name that is most like `wanted`, if any is like it at all.
pub(super) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|name| (strsim::jaro_winkler(wanted, &normalized(name)), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// Why a field of `PyPreConfig` or `PyConfig` is no key, for those that are none.
fn reason(key: &str) -> Option<&'static str> {
    Some(match normalized(key).as_str() {
        "argv" => "set `arguments`: they come in front of those that the program is called with",
        "orig_argv" => "it is the command line, as the kernel has it",
        "run_command" => "set `command`",
        "run_module" => "set `module`",
        "run_filename" => "what the input is decides it; see `mode`",
        "sys_path_0" => {
            "CPython works it out; see `python.safe_path` and `python.module_search_paths`"
        }
        "module_search_paths_set" => "set `python.module_search_paths`",
        "legacy_windows_fs_encoding" | "legacy_windows_stdio" => "it exists on Windows only",
        "enable_gil" => {
            "it exists in free-threaded builds of CPython only, and this runtime is none"
        }
        "run_presite" => "it exists in debug builds of CPython only, and this runtime is none",
        _ => return None,
    })
}
