//! What was written can be read, by us and by the tools of the ZIP world.

mod common;

use std::process::Command;

use common::{STUB, header, sample, source};
use fastice_image::{FileType, Image, ImageWriter, Method, Node, Record, Source};

#[test]
fn everything_comes_back() {
    let file = sample();
    let image = Image::open(&file).expect("the sample is sound");
    let read = image.header();
    assert_eq!(read.program, header().program);
    assert_eq!(image.bytes(&read.stub, "the stub").expect("stub"), STUB);
    assert_eq!(
        image
            .bytes(&read.frozen[0].code, "encodings")
            .expect("code"),
        b"frozen code"
    );

    let Some(Node::File(init)) = image.node("app/pkg/__init__.py").expect("lookup") else {
        panic!("no file");
    };
    assert_eq!(init.method, Method::Deflated);
    assert_eq!(
        image.contents(&init, "init").expect("contents"),
        source().as_bytes()
    );

    let Some(Node::File(native)) = image.node("app/pkg/native.so").expect("lookup") else {
        panic!("no file");
    };
    assert!(native.executable);
    assert_eq!(native.data.offset % 4096, 0);

    let Some(Node::Directory(package)) = image.node("app/pkg").expect("lookup") else {
        panic!("no directory");
    };
    let names: Vec<_> = package
        .entries
        .iter()
        .map(|e| (e.name.as_str(), e.file_type))
        .collect();
    assert_eq!(
        names,
        [
            ("__init__.py", FileType::File),
            ("__pycache__", FileType::Directory),
            ("data.bin", FileType::File),
            ("native.so", FileType::File),
            ("naïve.txt", FileType::File),
        ]
    );
    let Some(Node::Directory(empty)) = image.node("app/empty").expect("lookup") else {
        panic!("no directory");
    };
    assert!(empty.entries.is_empty());

    let module = image
        .module("app", "pkg")
        .expect("lookup")
        .expect("the module");
    let code = module.code.expect("code");
    assert_eq!(image.bytes(&code, "pkg").expect("code"), b"marshaled");
    assert!(image.is_left_out("tkinter").expect("lookup"));

    assert_eq!(image.node("app/pk").expect("lookup"), None);
    assert_eq!(image.module("app/pkg", "pkg").expect("lookup"), None);
    assert!(!image.is_left_out("app").expect("lookup"));
}

#[test]
fn inodes_differ_and_last() {
    let (one, two) = (sample(), sample());
    let (one, two) = (
        Image::open(&one).expect("sound"),
        Image::open(&two).expect("sound"),
    );
    let mut seen = std::collections::HashSet::new();
    for record in one.walk() {
        let (path, record) = record.expect("sound");
        if matches!(record, Record::Node(_)) {
            let inode = one.inode(&path).expect("lookup").expect("an inode");
            assert_eq!(two.inode(&path).expect("lookup"), Some(inode));
            assert!(seen.insert(inode), "{path} shares its inode");
        }
    }
    assert_eq!(seen.len(), 10);
}

#[test]
fn same_calls_same_bytes() {
    assert_eq!(sample(), sample());
}

#[test]
fn a_path_is_taken_once_and_normalized() {
    let mut writer = ImageWriter::new(Vec::new(), STUB).expect("writing to memory");
    writer
        .file("a/b", &Source::Stored(b""), false)
        .expect("new");
    for path in [
        "a/b",
        "a",
        "a/b/c",
        "",
        "/a",
        "a//b",
        "a/../c",
        "./a",
        "fastice.index",
    ] {
        let error = writer
            .file(path, &Source::Stored(b""), false)
            .expect_err(path);
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{path}");
    }
}

#[test]
fn zip_tools_read_it_without_a_warning() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("app");
    fs_err::write(&path, sample()).expect("write");
    let unzip = Command::new("unzip")
        .arg("-t")
        .arg(&path)
        .output()
        .expect("unzip is installed");
    let said = String::from_utf8_lossy(&unzip.stdout);
    assert!(unzip.status.success(), "{said}");
    assert!(
        unzip.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&unzip.stderr)
    );
    assert!(!said.contains("warning"), "{said}");

    let script = "import sys, zipfile, zipimport, warnings; warnings.simplefilter('error')\n\
        z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n\
        assert z.read('app/pkg/data.bin') == b'\\0\\1\\2'\n\
        sys.path.insert(0, sys.argv[1] + '/app'); import pkg; assert pkg.answer() == 42\n\
        print(type(pkg.__loader__).__name__, pkg.__file__.removeprefix(sys.argv[1]))";
    let python = Command::new("python3")
        .args(["-I", "-c", script])
        .arg(&path)
        .output();
    let python = python.expect("python3 is installed");
    assert_eq!(String::from_utf8_lossy(&python.stderr), "");
    assert_eq!(
        String::from_utf8_lossy(&python.stdout).trim(),
        "zipimporter /app/pkg/__init__.py"
    );
}

#[test]
fn more_entries_than_the_old_format_counts() {
    let mut out = Vec::new();
    let mut writer = ImageWriter::new(&mut out, STUB).expect("writing to memory");
    for number in 0..70_000 {
        writer
            .file(
                &format!("d{}/{number}", number % 100),
                &Source::Stored(b"x"),
                false,
            )
            .expect("file");
    }
    writer.finish(header()).expect("finish");
    let image = Image::open(&out).expect("sound");
    assert!(image.node("d99/69999").expect("lookup").is_some());
    assert!(image.node("d98/69999").expect("lookup").is_none());
    let archive = zip::ZipArchive::new(std::io::Cursor::new(&out)).expect("a ZIP archive");
    assert_eq!(archive.len(), 70_001);
}
