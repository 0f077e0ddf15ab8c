//! A bill of materials as CycloneDX 1.6 (ECMA-424), JSON.

use serde_json::{Value, json};

use super::{Bill, Component, Kind, license};

/// The document. The same bill gives the same text: no time, and a serial number made of the contents.
pub fn document(bill: &Bill) -> Value {
    let root = format!("program:{}", bill.name);
    let builder = bill.built_by.split(' ').next_back().unwrap_or_default();
    let components: Vec<Value> = bill.components.iter().map(component).collect();
    let mut dependencies = vec![json!({
        "ref": root,
        "dependsOn": bill.components.iter().map(reference).collect::<Vec<_>>(),
    })];
    dependencies.extend(bill.components.iter().map(|one| {
        let required = bill.components.iter().filter(|other| {
            other.kind == Kind::Distribution
                && one.kind == Kind::Distribution
                && one.requires.contains(&other.name)
        });
        json!({"ref": reference(one), "dependsOn": required.map(reference).collect::<Vec<_>>()})
    }));
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "fastice", "version": builder}]},
            "component": {"type": "application", "bom-ref": root, "name": bill.name},
        },
        "components": components,
        "dependencies": dependencies,
    });
    document["serialNumber"] = format!("urn:uuid:{}", uuid(&document.to_string())).into();
    document
}

/// A UUID made of a text (RFC 9562, version 8).
pub(super) fn uuid(text: &str) -> String {
    let hash = xxhash_rust::xxh3::xxh3_128(text.as_bytes());
    let hash = hash & !(0xf << 76) | 8 << 76;
    let hash = hash & !(0b11 << 62) | 0b10 << 62;
    let digits = format!("{hash:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}

/// What other parts of the document call a component.
fn reference(component: &Component) -> String {
    component.purl.clone().unwrap_or_else(|| {
        let version = component.version.as_deref().unwrap_or_default();
        format!("{:?}:{}@{version}", component.kind, component.name).to_lowercase()
    })
}

fn component(component: &Component) -> Value {
    let mut value = json!({
        "type": if component.name == "cpython" { "platform" } else { "library" },
        "bom-ref": reference(component),
        "name": component.name,
    });
    let mut set = |key: &str, text: Option<&String>| {
        if let Some(text) = text {
            value[key] = text.as_str().into();
        }
    };
    set("version", component.version.as_ref());
    set("description", component.summary.as_ref());
    set("purl", component.purl.as_ref());
    if let Some(text) = &component.license {
        value["licenses"] = if license::is_expression(text) {
            json!([{"expression": text}])
        } else {
            json!([{"license": {"name": text}}])
        };
    }
    if let Some(url) = &component.homepage {
        value["externalReferences"] = json!([{"type": "website", "url": url}]);
    }
    if !component.parts.is_empty() {
        value["components"] = component.parts.clone().into();
    }
    value["properties"] = json!([{
        "name": "fastice:kind",
        "value": format!("{:?}", component.kind).to_lowercase(),
    }]);
    value
}

/// The components that the bill of materials of a distribution names: CycloneDX, or SPDX in JSON. Nothing of any other document.
pub(super) fn components_of(text: &[u8], owner: &str) -> Vec<Value> {
    let Ok(document) = serde_json::from_slice::<Value>(text) else {
        return Vec::new();
    };
    let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for (number, one) in list("components")
        .iter()
        .chain(&list("packages"))
        .enumerate()
    {
        let Some(name) = one["name"].as_str() else {
            continue;
        };
        let version = one["version"].as_str().or(one["versionInfo"].as_str());
        let purl = one["purl"].as_str().or_else(|| {
            let references = one["externalRefs"].as_array()?;
            let purl = references
                .iter()
                .find(|one| one["referenceType"] == "purl")?;
            purl["referenceLocator"].as_str()
        });
        let mut part = json!({
            "type": "library",
            "bom-ref": format!("{owner}:{number}:{name}"),
            "name": name,
        });
        if let Some(version) = version {
            part["version"] = version.into();
        }
        if let Some(purl) = purl {
            part["purl"] = purl.into();
        }
        let declared = one["licenseDeclared"]
            .as_str()
            .filter(|text| license::is_expression(text));
        if let Some(declared) = declared {
            part["licenses"] = json!([{"expression": declared}]);
        } else if one["licenses"].is_array() {
            part["licenses"] = one["licenses"].clone();
        }
        found.push(part);
    }
    found
}
