//! Installed distributions inside an executable.

use fastice_image::reader::Node;

use super::Executable;
use crate::Result;
use crate::metadata::core::Metadata;
use crate::metadata::{names, record};

/// A distribution in an executable.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Normalized name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Its metadata directory, below the root.
    pub directory: String,
    /// What it says about itself.
    pub(crate) metadata: Metadata,
    /// Its files, below the root.
    pub files: Vec<String>,
}

impl Distribution {
    /// The licence in short, if its metadata names one.
    pub fn license(&self) -> Option<String> {
        self.metadata.license()
    }

    /// The requirements that hold in this executable, as its metadata writes them: those of extras are left out.
    pub fn requirements(&self) -> impl Iterator<Item = &str> {
        self.metadata
            .all("requires-dist")
            .filter(|requirement| !requirement.contains("extra =="))
    }
}

impl Executable<'_> {
    /// The distributions inside, by name.
    ///
    /// # Errors
    /// When the executable is damaged.
    pub fn distributions(&self) -> Result<Vec<Distribution>> {
        let site = self.site_packages();
        let Some(Node::Directory(listing)) = self.node(&site)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for entry in listing.entries {
            if !entry.name.ends_with(".dist-info") {
                continue;
            }
            let directory = format!("{site}/{}", entry.name);
            let Some(text) = self.text(&format!("{directory}/METADATA"))? else {
                continue;
            };
            let metadata = Metadata::parse(&text);
            let files = match self.text(&format!("{directory}/RECORD"))? {
                Some(record) => record::paths(&record)
                    .map(|path| normalize(&format!("{site}/{path}")))
                    .collect(),
                None => Vec::new(),
            };
            found.push(Distribution {
                name: names::normalize(metadata.first("name").unwrap_or_default()),
                version: metadata.first("version").unwrap_or_default().to_owned(),
                directory,
                metadata,
                files,
            });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}

/// Resolves `..` in a path below the root.
fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_a_distribution_lie_beside_site_packages() {
        assert_eq!(
            normalize("lib/python3.13/site-packages/../../../bin/http"),
            "bin/http"
        );
    }
}
