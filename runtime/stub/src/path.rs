//! Paths of the virtual tree.

use fastice_image::ROOT;

/// The path below the root, normalized, that an absolute path leads to; `""` is the root itself. Nothing if it leads
/// elsewhere, or is not UTF-8, as every path in the image is.
///
/// There are no symbolic links below the root, so `..` can be resolved by looking at the path alone.
pub(crate) fn below_root(path: &[u8]) -> Option<String> {
    let path = str::from_utf8(path).ok()?;
    let mut components: Vec<&str> = Vec::new();
    for component in path.strip_prefix('/')?.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                components.pop();
            }
            name => components.push(name),
        }
    }
    match components.split_first() {
        Some((first, rest)) if *first == &ROOT[1..] => Some(rest.join("/")),
        _ => None,
    }
}
