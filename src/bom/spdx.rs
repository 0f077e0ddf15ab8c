//! A bill of materials as SPDX 2.3 (ISO/IEC 5962), JSON.

use serde_json::{Value, json};

use super::cyclonedx::uuid;
use super::{Bill, Component, Kind, license};

/// What is said of what is not known.
const UNKNOWN: &str = "NOASSERTION";

/// The time of every document, which must have one: that of the files in an image, the earliest that ZIP knows.
const TIME: &str = "1980-01-01T00:00:00Z";

/// The document. The same bill gives the same text.
pub fn document(bill: &Bill) -> Value {
    const ROOT: &str = "SPDXRef-Program";
    let mut packages = vec![json!({
        "SPDXID": ROOT,
        "name": bill.name,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": false,
        "licenseConcluded": UNKNOWN,
        "licenseDeclared": UNKNOWN,
        "copyrightText": UNKNOWN,
        "primaryPackagePurpose": "APPLICATION",
    })];
    packages.extend(
        bill.components
            .iter()
            .enumerate()
            .map(|(at, one)| package(at, one)),
    );
    let relationship = |from: &str, kind: &str, to: &str| json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to});
    let mut relationships = vec![relationship("SPDXRef-DOCUMENT", "DESCRIBES", ROOT)];
    for (at, one) in bill.components.iter().enumerate() {
        relationships.push(relationship(ROOT, "CONTAINS", &identifier(at, one)));
        for (other_at, other) in bill.components.iter().enumerate() {
            if one.kind == Kind::Distribution
                && other.kind == Kind::Distribution
                && one.requires.contains(&other.name)
            {
                let (from, to) = (identifier(at, one), identifier(other_at, other));
                relationships.push(relationship(&from, "DEPENDS_ON", &to));
            }
        }
    }
    let mut document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": bill.name,
        "creationInfo": {
            "created": TIME,
            "creators": [format!("Tool: {}", bill.built_by.replace(' ', "-"))],
        },
        "packages": packages,
        "relationships": relationships,
    });
    let name: String = bill
        .name
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    let namespace = format!(
        "https://spdx.org/spdxdocs/{name}-{}",
        uuid(&document.to_string())
    );
    document["documentNamespace"] = namespace.into();
    document
}

/// What other parts of the document call a component.
fn identifier(at: usize, component: &Component) -> String {
    let name: String = component
        .name
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    format!("SPDXRef-{at}-{name}")
}

fn package(at: usize, component: &Component) -> Value {
    let declared = component
        .license
        .as_deref()
        .filter(|text| license::is_expression(text) && !text.contains("LicenseRef"));
    let mut value = json!({
        "SPDXID": identifier(at, component),
        "name": component.name,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": false,
        "licenseConcluded": UNKNOWN,
        "licenseDeclared": declared.unwrap_or(UNKNOWN),
        "copyrightText": UNKNOWN,
        "primaryPackagePurpose": "LIBRARY",
    });
    if let Some(version) = &component.version {
        value["versionInfo"] = version.as_str().into();
    }
    if let Some(summary) = &component.summary {
        value["summary"] = summary.as_str().into();
    }
    if let (None, Some(said)) = (declared, &component.license) {
        value["licenseComments"] = format!("The component says: {said}").into();
    }
    if let Some(purl) = &component.purl {
        value["externalRefs"] = json!([{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": purl,
        }]);
    }
    value
}
