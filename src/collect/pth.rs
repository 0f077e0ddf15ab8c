//! `.pth` files: directories that `site` adds to `sys.path`, and code that it runs. A frozen
//! program does not run `site`, so directories inside the tree become part of the search path at
//! build time, and everything else is told.

use std::path::{Component, Path, PathBuf};

/// What a line of a `.pth` file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// To search this directory too.
    Directory(PathBuf),
    /// To run this code. `known` if a frozen program does not miss it.
    Code {
        /// The line.
        code: String,
        /// See above.
        known: bool,
    },
}

/// Reads the `.pth` file `name` as `site.addpackage` does.
pub(super) fn lines(name: &str, text: &str) -> Vec<Line> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            if line.starts_with("import ") || line.starts_with("import\t") {
                Line::Code {
                    code: line.to_owned(),
                    known: is_known(name, line),
                }
            } else {
                Line::Directory(PathBuf::from(line.trim_end()))
            }
        })
        .collect()
}

/// Code of which it is known that a frozen program runs without it: setuptools' hook for
/// `distutils` (which Python 3.13 does not have), the patch of virtual environments for
/// `distutils`, and namespace packages of old style, which the import system finds by itself.
fn is_known(name: &str, line: &str) -> bool {
    matches!(
        name,
        "distutils-precedence.pth" | "_virtualenv.pth" | "a1_coverage.pth"
    ) || name.ends_with("-nspkg.pth")
        || line.contains("_distutils_hack")
}

/// `directory` relative to `site`, if it lies inside.
pub(super) fn inside(site: &Path, directory: &Path) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for component in site.join(directory).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path.strip_prefix(site).ok().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_as_site_does() {
        let text = "# comment\n\nvendor\n/home/src \nimport os; os.x()\nimportant\n";
        assert_eq!(
            lines("x.pth", text),
            [
                Line::Directory("vendor".into()),
                Line::Directory("/home/src".into()),
                Line::Code {
                    code: "import os; os.x()".into(),
                    known: false
                },
                Line::Directory("important".into()),
            ]
        );
    }

    #[test]
    fn finds_directories_inside() {
        let site = Path::new("/s/site");
        assert_eq!(inside(site, Path::new("./a/../b")), Some("b".into()));
        assert_eq!(inside(site, Path::new("/s/site/c")), Some("c".into()));
        assert_eq!(inside(site, Path::new("../x")), None);
        assert_eq!(inside(site, Path::new("/home")), None);
    }
}
