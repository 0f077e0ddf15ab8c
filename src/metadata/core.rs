//! `METADATA`: what a distribution says about itself (the core metadata specification).

/// The fields of a `METADATA` file, in their order; the description that follows them is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata(Vec<(String, String)>);

impl Metadata {
    /// Reads the text of a `METADATA` file.
    pub(crate) fn parse(text: &str) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines().take_while(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                // A long value goes on.
                if let Some((_, value)) = fields.last_mut() {
                    value.push('\n');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }

    /// Every value of a field, which is named in lower case.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a field, unless it is empty or says that it is not known.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, value)| field == name && !value.is_empty() && value != "UNKNOWN")
            .map(|(_, value)| value.as_str())
    }

    /// The licence in short: the SPDX expression; else what the old field says, if it is no whole text; else the classifiers.
    pub(crate) fn license(&self) -> Option<String> {
        if let Some(expression) = self.first("license-expression") {
            return Some(expression.to_owned());
        }
        let short = self
            .first("license")
            .filter(|text| !text.contains('\n') && text.len() <= 100);
        if let Some(text) = short {
            return Some(text.to_owned());
        }
        let classifiers: Vec<&str> = self
            .all("classifier")
            .filter_map(|classifier| classifier.strip_prefix("License :: "))
            .filter_map(|classifier| classifier.rsplit(" :: ").next())
            .filter(|name| *name != "OSI Approved")
            .collect();
        (!classifiers.is_empty()).then(|| classifiers.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_up_to_the_description() {
        let text = "Metadata-Version: 2.4\nName: x\nRequires-Dist: a>=1\nrequires-dist: b\nLicense: one\n        two\n\nName: y\n";
        let metadata = Metadata::parse(text);
        assert_eq!(metadata.first("name"), Some("x"));
        assert!(metadata.all("requires-dist").eq(["a>=1", "b"]));
        assert_eq!(metadata.first("license"), Some("one\ntwo"));
    }

    #[test]
    fn finds_the_licence_where_it_is_said_best() {
        let license = |text: &str| Metadata::parse(text).license();
        let classifier = "Classifier: License :: OSI Approved :: MIT License\n";
        assert_eq!(
            license(&format!("License: UNKNOWN\n{classifier}")).as_deref(),
            Some("MIT License")
        );
        assert_eq!(
            license(&format!("License-Expression: MIT\n{classifier}")).as_deref(),
            Some("MIT")
        );
        assert_eq!(license("License: BSD\n").as_deref(), Some("BSD"));
        assert_eq!(license("Name: x\n"), None);
    }
}
