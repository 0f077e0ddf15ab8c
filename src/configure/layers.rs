//! Several documents, the stronger over the weaker.

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Configuration;
use super::document::Document;
use crate::error::Place;
use crate::{Code, Error, Result};

/// Keys of which one takes the place of the others: what runs.
const CHOICE: [&str; 5] = ["script", "entry", "module", "command", "mode"];

/// Documents, the weakest first.
#[derive(Default)]
pub(super) struct Layers(Vec<Document>);

impl Layers {
    /// Puts a document over the others.
    pub(super) fn push(&mut self, document: Document) {
        self.0.push(document);
    }

    /// All of them as one.
    ///
    /// # Errors
    /// None that is known: each document fits alone.
    pub(super) fn configuration(&self) -> Result<Configuration> {
        let mut merged = DeTable::default();
        for document in &self.0 {
            if CHOICE.iter().any(|key| document.table.contains_key(*key)) {
                for key in CHOICE {
                    merged.remove(key);
                }
            }
            merge(&mut merged, &document.table);
        }
        let whole = Spanned::new(0..0, merged);
        Configuration::deserialize(toml::Deserializer::from(whole)).map_err(|error| {
            Error::new(
                Code::ConfigurationValue,
                "the configuration does not fit together",
            )
            .caused_by(error)
        })
    }

    /// Where the strongest document that sets the key at `path` does so.
    pub(super) fn place(&self, path: &[&str], label: &str) -> Option<Place> {
        self.0.iter().rev().find_map(|document| {
            let span = value_at(&document.table, path)?.span();
            Some(document.place(span, label))
        })
    }
}

fn value_at<'t>(
    table: &'t DeTable<'static>,
    path: &[&str],
) -> Option<&'t Spanned<DeValue<'static>>> {
    let (first, rest) = path.split_first()?;
    let value = table.get(*first)?;
    if rest.is_empty() {
        return Some(value);
    }
    value_at(value.get_ref().as_table()?, rest)
}

/// Tables are completed, everything else is replaced.
fn merge(into: &mut DeTable<'static>, from: &DeTable<'static>) {
    for (key, value) in from {
        let inner = into
            .get_mut(key.get_ref().as_ref())
            .map(Spanned::get_mut)
            .and_then(|value| match value {
                DeValue::Table(table) => Some(table),
                _ => None,
            });
        if let (Some(inner), DeValue::Table(table)) = (inner, value.get_ref()) {
            merge(inner, table);
        } else {
            into.remove(key.get_ref().as_ref());
            into.insert(key.clone(), value.clone());
        }
    }
}
