//! Who takes how much room in an executable.

use super::{Origin, Part};
use crate::collect::{Collection, Owner};
use crate::write::Share;

/// The standard library's entries count for this share.
pub(super) const STANDARD_LIBRARY: Share = 0;
/// The first share of a collection.
pub(super) const FIRST_COLLECTED: Share = 1;

/// Parts of an executable while it is written.
pub(super) struct Shares(Vec<Part>);

/// Name of the part that the start snapshot is.
pub(crate) const SNAPSHOT: &str = "start snapshot";

impl Shares {
    /// Parts for the standard library and everyone in `collection`.
    pub(super) fn new(collection: &Collection) -> Self {
        let part = |origin, name: &str, version| Part {
            origin,
            name: name.to_owned(),
            version,
            files: 0,
            size: 0,
        };
        let mut parts = vec![part(Origin::Runtime, "standard library", None)];
        parts.extend(collection.shares.iter().map(|owner| match owner {
            Owner::Program => part(Origin::Program, "app", None),
            Owner::Distribution(name, version) => {
                part(Origin::Distribution, name, Some(version.clone()))
            }
            Owner::Nobody => part(Origin::Distribution, "unlisted files", None),
            Owner::Runtime => part(Origin::Runtime, "fastice", None),
            Owner::Machine => part(
                Origin::System,
                "libraries of the machine that built it",
                None,
            ),
        }));
        Self(parts)
    }

    /// Counts an entry.
    pub(super) fn count(&mut self, share: Share, size: u64) {
        if let Some(part) = self.0.get_mut(share) {
            part.files += 1;
            part.size += size;
        }
    }

    /// Counts the start snapshot.
    pub(super) fn count_snapshot(&mut self, size: u64) {
        self.0.push(Part {
            origin: Origin::Runtime,
            name: SNAPSHOT.to_owned(),
            version: None,
            files: 1,
            size,
        });
    }

    /// All parts of an executable of `len` bytes with a stub of `stub` bytes, the largest first;
    /// those without files are left out.
    pub(super) fn parts(self, stub: u64, len: u64) -> Vec<Part> {
        let mut parts = self.0;
        parts.retain(|part| part.files > 0);
        let files: u64 = parts.iter().map(|part| part.size).sum();
        for (origin, name, size) in [
            (Origin::Runtime, "stub", stub),
            (Origin::Container, "index", len.saturating_sub(stub + files)),
        ] {
            parts.push(Part {
                origin,
                name: name.to_owned(),
                version: None,
                files: 1,
                size,
            });
        }
        parts.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
        parts
    }
}
