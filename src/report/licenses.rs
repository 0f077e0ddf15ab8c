//! What the executable is made of, as far as a page tells it.

use serde::Serialize;

use crate::bom::{Bill, Kind};

/// A component.
#[derive(Serialize)]
pub(super) struct Licensed {
    kind: Kind,
    name: String,
    version: Option<String>,
    license: Option<String>,
    summary: Option<String>,
}

/// The components of a bill, in its order.
pub(super) fn list(bill: &Bill) -> Vec<Licensed> {
    bill.components
        .iter()
        .map(|component| Licensed {
            kind: component.kind,
            name: component.name.clone(),
            version: component.version.clone(),
            license: component.license.clone(),
            summary: component.summary.clone(),
        })
        .collect()
}
