//! A report on native code in words.

use super::{Missing, Native, RUNTIME};
use crate::ui::format;
use crate::{Code, Error};

impl Native {
    /// What the user should know although the build goes on.
    pub fn warnings(&self) -> impl Iterator<Item = Error> + '_ {
        let missing = self.missing.iter().map(|missing| {
            Error::new(
                Code::LibraryNotFound,
                format!(
                    "nothing provides the library `{}`, which {}",
                    missing.name,
                    needed_by(missing)
                ),
            )
            .hint("if the program uses it, install it here, so that it is taken in, or where the executable will run")
        });
        let unfit = self.unfit.iter().map(|unfit| {
            Error::new(
                Code::UnfitExtension,
                format!("{} is for {}", unfit.path, unfit.made_for),
            )
            .hint("install the distribution again with Python 3.13 on this machine")
        });
        missing.chain(unfit)
    }

    /// What the executable needs of the machine that it runs on.
    pub fn requirement(&self) -> Option<String> {
        let floor = self.glibc.as_ref()?;
        let set_by = if floor.set_by == RUNTIME {
            String::new()
        } else {
            format!(" ({})", floor.set_by)
        };
        Some(format!("glibc {} or newer{set_by}", floor.version))
    }

    /// The libraries of the machine that built the executable, if there are any, and what those need of glibc if it is more.
    pub fn taken(&self) -> Option<String> {
        let names: Vec<&str> = self
            .bundled
            .iter()
            .map(|library| library.name.as_str())
            .collect();
        if names.is_empty() {
            return None;
        }
        let highest = self
            .bundled
            .iter()
            .filter_map(|library| library.glibc)
            .max();
        let more = highest.filter(|version| {
            let floor = self.glibc.as_ref();
            floor.is_none_or(|floor| *version > floor.version)
        });
        let needs = more.map_or_else(String::new, |version| {
            format!("; they need glibc {version} where the system has none of its own")
        });
        Some(format!("{}{needs}", names.join(", ")))
    }
}

/// `A needs`, or `A and 3 more files need`.
fn needed_by(missing: &Missing) -> String {
    let first = missing.needed_by.first().map_or("", String::as_str);
    match missing.needed_by.len() {
        0 | 1 => format!("{first} needs"),
        len => format!("{first} and {} need", format::count(len - 1, "more file")),
    }
}
