//! `.pth` files: directories that `site` adds to `sys.path`, and code that it runs.

use std::path::{Component, Path, PathBuf};

/// What a line of a `.pth` file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// To search this directory too.
    Directory(PathBuf),
    /// To run this code.
    Code {
        /// Which line it is, from 1.
        number: usize,
        /// The line.
        code: String,
    },
}

/// Reads the `.pth` file `name` as `site.addpackage` does.
pub(super) fn lines(name: &str, text: &str) -> Vec<Line> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.starts_with('#') && !line.trim().is_empty())
        .filter_map(|(line, number)| {
            if line.starts_with("import ") || line.starts_with("import\t") {
                (!is_idle(name)).then(|| Line::Code {
                    number,
                    code: line.to_owned(),
                })
            } else {
                Some(Line::Directory(PathBuf::from(line.trim_end())))
            }
        })
        .collect()
}

/// Code in files of these names does nothing for a frozen program: the patch of virtual environments for a `distutils` that
/// Python no longer has, the start of coverage measurement by variables, and namespace packages of old style, which
/// the import system finds by itself.
fn is_idle(name: &str) -> bool {
    matches!(name, "_virtualenv.pth" | "a1_coverage.pth") || name.ends_with("-nspkg.pth")
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
                    number: 5,
                    code: "import os; os.x()".into(),
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
