//! Numbers and paths as people read them.

use std::env;
use std::path::Path;
use std::time::Duration;

/// A size in bytes: `312 B`, `4.1 kB`, `17.3 MB` (powers of 1000, as `ls --si`).
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    let mut tenths = (bytes + 50) / 100;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A duration: `12 ms`, `1.4 s`, `2 min 05 s`.
pub fn duration(time: Duration) -> String {
    let millis = time.as_millis();
    if millis < 1000 {
        format!("{millis} ms")
    } else if millis < 60_000 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

/// `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// A path as the user would write it: relative if it lies in the working directory.
pub fn path(path: &Path) -> String {
    let here = env::current_dir().ok();
    match here.and_then(|here| path.strip_prefix(here).ok()) {
        Some(relative) if relative.as_os_str().is_empty() => ".".to_owned(),
        Some(relative) => relative.display().to_string(),
        None => path.display().to_string(),
    }
}

/// The one of `known` that was most likely meant by `name`, if one is close.
pub fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Similarity from which on a name is worth mentioning (Jaro's, 0 to 1).
    const CLOSE: f64 = 0.85;
    known
        .map(|known| (strsim::jaro(name, known), known))
        .filter(|(similarity, _)| *similarity >= CLOSE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_one_decimal_and_change_unit_at_a_thousand() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1000), "1.0 kB");
        assert_eq!(size(999_949), "999.9 kB");
        assert_eq!(size(999_950), "1.0 MB");
        assert_eq!(size(17_345_678), "17.3 MB");
    }

    #[test]
    fn durations_use_the_unit_that_reads_best() {
        assert_eq!(duration(Duration::from_millis(12)), "12 ms");
        assert_eq!(duration(Duration::from_millis(1440)), "1.4 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 05 s");
    }
}
