//! A warning as data: for reports and JSON.

use serde::Serialize;

use super::format;
use crate::Error;

/// What the user should know although the command went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What `fastice explain` knows it by.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
    /// What led to it, the nearest first.
    pub causes: Vec<String>,
    /// File and line in the user's sources, `report.py:12`.
    pub place: Option<String>,
    /// The lines there.
    pub source: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl From<&Error> for Warning {
    fn from(error: &Error) -> Self {
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            causes.push(inner.to_string());
            cause = inner.source();
        }
        let place = error.place();
        let line = |start: usize, text: &str| {
            let before = &text.as_bytes()[..start.min(text.len())];
            before.split(|&byte| byte == b'\n').count() - 1
        };
        Self {
            code: error.code().as_str(),
            message: error.to_string(),
            causes,
            place: place.map(|place| {
                let line = line(place.start, &place.text) + 1;
                format!("{}:{line}", format::path(&place.path))
            }),
            source: place.and_then(|place| {
                let line = place.text.lines().nth(line(place.start, &place.text))?;
                Some(line.trim().chars().take(200).collect())
            }),
            hint: error.remedy().map(str::to_owned),
        }
    }
}
