//! Which licences a policy denies.

use spdx::expression::{ExprNode, Expression};
use spdx::{LicenseReq, ParseMode};

/// What a licence is called that is not known.
pub const UNKNOWN: &str = "unknown";

/// Exceptions that allow programs of any licence to hold what is under the licence: compilers put it into them.
const FREE_IN_PROGRAMS: [&str; 2] = ["GCC-exception-2.0", "GCC-exception-3.1"];

/// Is the licence an SPDX expression?
pub fn is_expression(license: &str) -> bool {
    Expression::parse(license).is_ok()
}

/// Do the `patterns` deny the use of something under this licence? A pattern is an SPDX identifier, or begins as one and ends with
/// `*`; [`UNKNOWN`] denies what names no licence. Of `A OR B` either may be chosen, so both must be denied.
pub fn is_denied(license: Option<&str>, patterns: &[String]) -> bool {
    let matches = |identifier: &str| {
        let identifier = identifier.to_lowercase();
        patterns.iter().any(|pattern| {
            let pattern = pattern.to_lowercase();
            match pattern.strip_suffix('*') {
                Some(start) => identifier.starts_with(start),
                None => {
                    identifier == pattern
                        || identifier.strip_suffix("-only") == Some(&pattern)
                        || identifier.strip_suffix("-or-later") == Some(&pattern)
                }
            }
        })
    };
    let Some(license) = license else {
        return matches(UNKNOWN);
    };
    if let Ok(expression) = Expression::parse_mode(license, ParseMode::LAX) {
        return !expression.evaluate(|requirement: &LicenseReq| {
            let addition = requirement.addition.as_ref();
            let is_free =
                addition.is_some_and(|addition| FREE_IN_PROGRAMS.contains(&&*addition.to_string()));
            is_free || !matches(&requirement.license.to_string())
        });
    }
    // Words of people: any licence that they name counts.
    matches(license)
        || license.split([',', ';']).any(|part| {
            identifiers(part.trim())
                .iter()
                .any(|identifier| matches(identifier))
        })
}

/// The identifiers that a text may mean: `GNU General Public License v3 (GPLv3)` is `GPL-3.0-only`.
fn identifiers(text: &str) -> Vec<String> {
    let inside = text
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(inside, _)| inside);
    [Some(text), inside]
        .into_iter()
        .flatten()
        .filter_map(|text| {
            let named =
                spdx::imprecise_license_id(text).map(|(identifier, _)| identifier.name.to_owned());
            named.or_else(|| gnu(text))
        })
        .collect()
}

/// GNU licences as classifiers of the package index abbreviate them: `LGPLv2+`.
fn gnu(text: &str) -> Option<String> {
    let (base, version) = text.split_once('v')?;
    let name = matches!(base, "GPL" | "LGPL" | "AGPL").then_some(base)?;
    let (number, ending) = match version.strip_suffix('+') {
        Some(number) => (number, "or-later"),
        None => (version, "only"),
    };
    let digits = number
        .chars()
        .all(|character| character.is_ascii_digit() || character == '.');
    let dotted = if number.contains('.') { "" } else { ".0" };
    (digits && !number.is_empty()).then(|| format!("{name}-{number}{dotted}-{ending}"))
}

/// Every licence that an expression names, for lists: `MIT`, `Apache-2.0`.
pub fn names(license: &str) -> Vec<String> {
    match Expression::parse_mode(license, ParseMode::LAX) {
        Ok(expression) => expression
            .iter()
            .filter_map(|node| match node {
                ExprNode::Req(requirement) => Some(requirement.req.license.to_string()),
                ExprNode::Op(_) => None,
            })
            .collect(),
        Err(_) => vec![license.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(license: &str, patterns: &[&str]) -> bool {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        is_denied(Some(license), &patterns)
    }

    #[test]
    fn an_alternative_is_enough() {
        assert!(denied("GPL-3.0-only", &["GPL-3.0"]));
        assert!(denied("GPL-3.0-or-later", &["GPL-3.0*"]));
        assert!(!denied("MIT OR GPL-3.0-only", &["GPL*"]));
        assert!(denied("MIT AND GPL-3.0-only", &["GPL*"]));
        assert!(!denied("LGPL-3.0-only", &["GPL*"]));
    }

    #[test]
    fn what_compilers_add_does_not_count() {
        let libgcc = "GPL-3.0-or-later WITH GCC-exception-3.1";
        assert!(!denied(libgcc, &["GPL*"]));
        let other = "GPL-2.0-only WITH Classpath-exception-2.0";
        assert!(denied(other, &["GPL*"]));
    }

    #[test]
    fn words_of_people_are_understood() {
        assert!(denied(
            "GNU General Public License v3 (GPLv3)",
            &["GPL-3.0*"]
        ));
        assert!(denied(
            "GNU Lesser General Public License v2 or later (LGPLv2+)",
            &["LGPL*"]
        ));
        assert!(!denied("MIT License", &["GPL*"]));
        assert!(denied("Some Company's Terms", &["some company's terms"]));
    }

    #[test]
    fn what_is_not_known_can_be_denied() {
        assert!(is_denied(None, &["unknown".to_owned()]));
        assert!(!is_denied(None, &["GPL*".to_owned()]));
    }
}
