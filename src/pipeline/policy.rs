//! What a build refuses to write: `[tool.fastice.policy]`.

use crate::audit::{Native, Version};
use crate::bom::{Bill, Kind, license};
use crate::configure::Limits;
use crate::ui::format;
use crate::{Code, Error, Result};

/// A policy, read.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    deny: Vec<String>,
    exempt: Vec<String>,
    size: Option<u64>,
    glibc: Option<Version>,
}

impl Policy {
    /// Reads the limits of a configuration.
    ///
    /// # Errors
    /// [`Code::ConfigurationValue`] when one is no size or no version.
    pub fn new(limits: &Limits) -> Result<Self> {
        let invalid = |key: &str, text: &str, example: &str| {
            Error::new(
                Code::ConfigurationValue,
                format!("`policy.{key}` is `{text}`"),
            )
            .hint(format!("write it as `{example}`"))
        };
        let size = match &limits.maximum_size {
            Some(text) => Some(size(text).ok_or_else(|| invalid("maximum-size", text, "30MB"))?),
            None => None,
        };
        let glibc = match &limits.maximum_glibc {
            Some(text) => Some(
                Version::of_symbol(&format!("GLIBC_{text}"))
                    .ok_or_else(|| invalid("maximum-glibc", text, "2.28"))?,
            ),
            None => None,
        };
        Ok(Self {
            deny: limits.deny_licenses.clone(),
            exempt: limits
                .exempt
                .iter()
                .map(|name| crate::metadata::names::normalize(name))
                .collect(),
            size,
            glibc,
        })
    }

    /// Checks what is known before anything is written.
    ///
    /// # Errors
    /// [`Code::Policy`].
    pub(super) fn check(&self, bill: &Bill, native: &Native) -> Result<()> {
        let denied: Vec<String> = bill
            .components
            .iter()
            .filter(|one| one.kind != Kind::System && !self.exempt.contains(&one.name))
            .filter(|one| license::is_denied(one.license.as_deref(), &self.deny))
            .map(|one| {
                let license = one.license.as_deref().unwrap_or(license::UNKNOWN);
                format!("{} ({license})", one.name)
            })
            .collect();
        if !denied.is_empty() {
            return Err(Error::new(
                Code::Policy,
                format!("the policy denies the licences of {}", denied.join(", ")),
            )
            .hint("do without them, or name what may stay in `policy.exempt`"));
        }
        if let (Some(maximum), Some(floor)) = (self.glibc, &native.glibc)
            && floor.version > maximum
        {
            return Err(Error::new(
                Code::Policy,
                format!(
                    "{} needs glibc {}, and the policy allows {maximum}",
                    floor.set_by, floor.version
                ),
            )
            .hint("take an older version of what needs it, or a wheel for an older manylinux"));
        }
        Ok(())
    }

    /// Checks the length of an executable.
    ///
    /// # Errors
    /// [`Code::Policy`].
    pub(super) fn check_size(&self, len: u64) -> Result<()> {
        match self.size {
            Some(maximum) if len > maximum => Err(Error::new(
                Code::Policy,
                format!(
                    "the executable would be {} long, and the policy allows {}",
                    format::size(len),
                    format::size(maximum)
                ),
            )
            .hint("`fastice tree` shows what takes the room in an executable that was built without the policy")),
            _ => Ok(()),
        }
    }
}

/// Reads a size: `30MB`, `1.5 GB`, `900000`; powers of 1000, and of 1024 as `MiB`.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction = fraction.parse::<u64>().ok()?.checked_mul(factor)? / scale;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(factor)?
        .checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn reads_sizes() {
        assert_eq!(size("30MB"), Some(30_000_000));
        assert_eq!(size("1.5 GB"), Some(1_500_000_000));
        assert_eq!(size("2MiB"), Some(2 << 20));
        assert_eq!(size("900"), Some(900));
        for wrong in ["", "MB", "3 apples", "1.2.3", "-1"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }
}
