//! Which module an import finds in a directory, worked out from file names as `FileFinder` does it.

/// Directory, name and packagehood of the module whose source is at `path`.
pub(crate) fn position(path: &str) -> (&str, &str, bool) {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    let (stem, is_package) = match stem.strip_suffix("/__init__") {
        Some(package) => (package, true),
        None => (stem, false),
    };
    let (directory, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    (directory, name, is_package)
}
