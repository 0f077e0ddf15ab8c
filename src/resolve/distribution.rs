//! What an installed tree says about its distributions: `*.dist-info` (the specification "Recording installed projects").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::metadata::{entry_points, names};
use crate::{Error, Result};

/// An installed distribution.
#[derive(Debug, Clone)]
pub(super) struct Distribution {
    /// Normalized name.
    pub(super) name: String,
    /// Its `.dist-info` directory.
    pub(super) directory: PathBuf,
}

/// The distributions in `site`, sorted by name.
///
/// # Errors
/// When the directory cannot be read.
pub(super) fn installed(site: &Path) -> Result<Vec<Distribution>> {
    let mut found = Vec::new();
    if !site.is_dir() {
        return Ok(found);
    }
    for entry in fs_err::read_dir(site).map_err(Error::io)? {
        let directory = entry.map_err(Error::io)?.path();
        let stem = directory
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if let Some((name, _)) = stem
            .strip_suffix(".dist-info")
            .and_then(|stem| stem.split_once('-'))
        {
            found.push(Distribution {
                name: names::normalize(name),
                directory,
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

impl Distribution {
    /// Console scripts: name → entry (`pkg.mod:func`), of both groups.
    pub(super) fn scripts(&self) -> BTreeMap<String, String> {
        let text = self.text("entry_points.txt").unwrap_or_default();
        entry_points::scripts(&text)
            .into_iter()
            .map(|(name, module, attribute)| (name, format!("{module}:{attribute}")))
            .collect()
    }

    /// The directory or file on this machine that it was installed from, if it was (PEP 610).
    pub(super) fn local_origin(&self) -> Option<PathBuf> {
        let text = self.text("direct_url.json")?;
        let document: serde_json::Value = serde_json::from_str(&text).ok()?;
        let path = document.get("url")?.as_str()?.strip_prefix("file://")?;
        Some(PathBuf::from(percent_decode(path)))
    }

    /// The tags of the wheel it came from: `py3-none-any`.
    pub(super) fn tags(&self) -> Vec<String> {
        let text = self.text("WHEEL").unwrap_or_default();
        text.lines()
            .filter_map(|line| line.strip_prefix("Tag:"))
            .map(|tag| tag.trim().to_owned())
            .collect()
    }

    /// Does its metadata name `name` (normalized) as a requirement, under whatever condition?
    pub(super) fn requires(&self, name: &str) -> bool {
        let text = self.text("METADATA").unwrap_or_default();
        text.lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.strip_prefix("Requires-Dist:"))
            .any(|requirement| names::of_requirement(requirement).as_deref() == Some(name))
    }

    fn text(&self, name: &str) -> Option<String> {
        fs_err::read_to_string(self.directory.join(name)).ok()
    }
}

/// Decodes `%20` and its like. What is no valid escape stays as it is.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        let escape = (bytes[position] == b'%')
            .then(|| text.get(position + 1..position + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = escape {
            out.push(byte);
            position += 3;
        } else {
            out.push(bytes[position]);
            position += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_the_rest_is_kept() {
        assert_eq!(percent_decode("/a%20b/%C3%A4%zz%"), "/a b/ä%zz%");
    }
}
