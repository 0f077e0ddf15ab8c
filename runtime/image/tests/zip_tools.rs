//! The tools of the ZIP world read an executable without a warning.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{STUB, header, module, noise, sample, text};
use fastice_image::{Image, ImageWriter, ModuleKind, Source};
use tempfile::TempDir;

/// Runs a tool that must be installed and must not complain. Returns what it said.
fn run(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .arg(file)
        .output()
        .unwrap_or_else(|error| panic!("this test needs {program}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "{program} {arguments:?}"
    );
    assert!(!said.contains("warning"), "{said}");
    said
}

fn on_disk(bytes: &[u8]) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("program");
    fs_err::write(&path, bytes).unwrap();
    (directory, path)
}

#[test]
fn unzip() {
    let (directory, path) = on_disk(&sample());
    let listed = run("unzip", &["-l"], &path);
    assert!(listed.contains("\nfastice-image 0003 file="), "{listed}");
    assert!(
        listed.contains("1980 00:00   app/main.py")
            || listed.contains("1980-01-01 00:00   app/main.py"),
        "{listed}"
    );
    assert!(listed.contains("app/größe.txt"), "{listed}");
    assert!(listed.contains("lib/lib-dynload/"), "{listed}");
    let tested = run("unzip", &["-t"], &path);
    assert!(tested.contains("No errors detected"), "{tested}");
    let info = run("zipinfo", &[], &path);
    assert!(info.contains("-rwxr-xr-x  2.0 unx"), "{info}");
    assert!(info.contains("drwxr-xr-x  2.0 unx"), "{info}");
    assert!(info.contains("-rw-r--r--  2.0 unx"), "{info}");

    let target = directory.path().join("unpacked");
    let target = target.to_str().unwrap();
    run("unzip", &["-q", "-d", target], &path);
    let read = |path: &str| fs_err::read(format!("{target}/{path}")).unwrap();
    assert_eq!(read("app/main.py"), text().as_bytes());
    assert_eq!(read("lib/native.so"), noise(5000));
    assert!(Path::new(&format!("{target}/lib/lib-dynload")).is_dir());
}

#[test]
fn the_zip_crate() {
    let bytes = sample();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let native = archive.by_name("lib/native.so").unwrap();
    assert_eq!(native.data_start().map(|at| at % 4096), Some(0));
    assert_eq!(native.unix_mode(), Some(0o100_755));
    drop(native);
    assert_eq!(archive.offset(), 0);
    assert_eq!(
        archive.by_index(archive.len() - 1).unwrap().name().unwrap(),
        "fastice.index"
    );
}

#[test]
fn python_lists_tests_and_imports() {
    let mut bytes = Vec::new();
    let mut writer = ImageWriter::new(&mut bytes, STUB).unwrap();
    let source = format!("{}answer = 42\n", text());
    writer
        .file(
            "app/pkg/__init__.py",
            &Source::Deflate(source.as_bytes()),
            false,
        )
        .unwrap();
    writer
        .file(
            "app/pkg/part.py",
            &Source::Stored(b"from . import answer\n"),
            false,
        )
        .unwrap();
    let node = module(ModuleKind::Source, "app/pkg/part.py", None);
    writer.module("app/pkg", "part", node).unwrap();
    writer.finish(header()).unwrap();
    let (_directory, path) = on_disk(&bytes);
    let listed = run(
        "python3",
        &["-I", "-W", "error", "-m", "zipfile", "-l"],
        &path,
    );
    assert!(listed.contains("app/pkg/part.py"), "{listed}");
    let script = "\
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
assert archive.comment.startswith(b'fastice-image 0003 file='), archive.comment
sys.path.insert(0, sys.argv[1] + '/app')
import pkg.part
print(type(pkg.__loader__).__name__, pkg.__file__.removeprefix(sys.argv[1]), pkg.part.answer)
";
    let said = run("python3", &["-I", "-W", "error", "-c", script], &path);
    assert_eq!(said, "zipimporter /app/pkg/__init__.py 42\n");
}

#[test]
fn more_entries_than_16_bits_count() {
    for count in [65_533, 65_534, 65_535, 70_000] {
        let mut bytes = Vec::new();
        let mut writer = ImageWriter::new(&mut bytes, STUB).unwrap();
        for number in 0..count {
            let path = format!("d{}/{number}", number % 100);
            writer.file(&path, &Source::Stored(b"x"), false).unwrap();
        }
        writer.finish(header()).unwrap();
        let image = Image::open(&bytes).unwrap();
        assert!(image.file("d99/65399").unwrap().is_some());
        assert!(image.file("d98/65399").unwrap().is_none());
        let (_directory, path) = on_disk(&bytes);
        let listed = run("unzip", &["-l"], &path);
        assert!(listed.contains(&format!("{} files", count + 1)), "{count}");
        let script = "import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).infolist()))";
        let said = run("python3", &["-I", "-W", "error", "-c", script], &path);
        assert_eq!(said.trim(), (count + 1).to_string());
    }
}
