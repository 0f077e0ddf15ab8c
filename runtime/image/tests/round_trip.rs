//! What was written is what is read.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{STUB, header, module, noise, sample, text};
use fastice_image::{
    Directory, DirectoryEntry, FileType, Image, ImageWriter, Method, ModuleKind, Node, Raw, Record,
    Source,
};

fn entry(name: &str, file_type: FileType) -> DirectoryEntry {
    DirectoryEntry {
        name: name.to_owned(),
        file_type,
    }
}

fn directory(image: &Image, path: &str) -> Vec<DirectoryEntry> {
    match image.node(path).unwrap() {
        Some(Node::Directory(Directory { entries })) => entries,
        other => panic!("{path:?}: {other:?}"),
    }
}

fn contents(image: &Image, path: &str) -> Vec<u8> {
    match image.node(path).unwrap() {
        Some(Node::File(file)) => image.contents(&file, path).unwrap().into_owned(),
        other => panic!("{path:?}: {other:?}"),
    }
}

#[test]
fn header_and_stub() {
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    let read = image.header();
    assert_eq!(image.bytes(&read.stub, "the stub"), Ok(STUB));
    assert_eq!(
        image.bytes(&read.frozen[0].code, "_bootstrap"),
        Ok(&b"frozen code"[..])
    );
    let mut expected = header();
    expected.frozen.clone_from(&read.frozen);
    expected.stub = read.stub;
    assert_eq!(*read, expected);
    assert_eq!(image.footer().file_len, bytes.len() as u64);
}

#[test]
fn directories_are_sorted_and_complete() {
    use FileType::{Directory, File};
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    assert_eq!(
        directory(&image, ""),
        [entry("app", Directory), entry("lib", Directory)]
    );
    assert_eq!(
        directory(&image, "app"),
        [
            entry("__pycache__", Directory),
            entry("größe.txt", File),
            entry("main.py", File)
        ]
    );
    assert_eq!(
        directory(&image, "app/__pycache__"),
        [entry("main.cpython-313.pyc", File)]
    );
    assert_eq!(directory(&image, "lib/lib-dynload"), []);
    assert_eq!(image.file_type("lib"), Ok(Some(Directory)));
    assert_eq!(image.file_type("lib/native.so"), Ok(Some(File)));
    for missing in ["/", "app/", "/app", "ap", "app/main.py/x", "lib/native"] {
        assert_eq!(image.node(missing), Ok(None), "{missing}");
        assert_eq!(image.file_type(missing), Ok(None), "{missing}");
        assert_eq!(image.inode(missing), Ok(None), "{missing}");
    }
}

#[test]
fn files() {
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    let main = image.file("app/main.py").unwrap().unwrap();
    assert!(main.executable);
    assert_eq!(main.method, Method::Deflated);
    assert_eq!(main.size, text().len() as u64);
    assert_eq!(contents(&image, "app/main.py"), text().as_bytes());
    assert_eq!(contents(&image, "app/größe.txt"), "ä".as_bytes());
    assert_eq!(contents(&image, "lib/empty.txt"), b"");
    assert_eq!(contents(&image, "lib/native.so"), noise(5000));
    let native = image.file("lib/native.so").unwrap().unwrap();
    assert_eq!(native.data.offset % 4096, 0);
    assert_eq!(native.method, Method::Stored);
    assert_eq!(image.file("lib"), Ok(None));
}

#[test]
fn modules() {
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    let main = image.module("app", "main").unwrap().unwrap();
    assert_eq!((main.kind, main.is_package), (ModuleKind::Source, false));
    assert_eq!(main.origin, "app/main.py");
    assert_eq!(
        image.bytes(&main.code.unwrap(), "main"),
        Ok(&b"marshaled code"[..])
    );
    let pyc = contents(&image, "app/__pycache__/main.cpython-313.pyc");
    assert_eq!(pyc, b"sixteen bytes ofmarshaled code");
    assert!(image.module("", "top").unwrap().unwrap().is_package);
    assert_eq!(image.module("lib", "native").unwrap().unwrap().code, None);
    assert_eq!(image.module("app", "native"), Ok(None));
    assert_eq!(image.module("", "app/main"), Ok(None));
    assert_eq!(image.module(&"d".repeat(5000), "main"), Ok(None));
    assert_eq!(image.is_left_out("tkinter.ttk"), Ok(true));
    assert_eq!(image.is_left_out("tkinter"), Ok(false));
}

#[test]
fn frozen_modules() {
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    assert_eq!(image.frozen_names().unwrap(), ["main", "top"]);
    assert_eq!(image.frozen("main").unwrap().unwrap().origin, "app/main.py");
    assert!(image.frozen("top").unwrap().unwrap().is_package);
    assert_eq!(image.frozen("native"), Ok(None));
    let mut bytes = Vec::new();
    let mut writer = ImageWriter::new(&mut bytes, STUB).unwrap();
    writer.freeze("app", "main").unwrap_err();
    let node = module(ModuleKind::Source, "a/b.py", None);
    writer.module("a", "b", node).unwrap();
    writer.freeze("a", "a.b").unwrap();
    writer.freeze("a", "a.b").unwrap_err();
}

#[test]
fn modules_with_long_keys() {
    let mut bytes = Vec::new();
    let mut writer = ImageWriter::new(&mut bytes, STUB).unwrap();
    for len in 240..280 {
        let directory = "d".repeat(len);
        let node = module(ModuleKind::Source, &len.to_string(), None);
        writer.module(&directory, "m", node).unwrap();
    }
    writer.finish(header()).unwrap();
    let image = Image::open(&bytes).unwrap();
    for len in 240..280 {
        let found = image.module(&"d".repeat(len), "m").unwrap().unwrap();
        assert_eq!(found.origin, len.to_string());
    }
}

#[test]
fn inodes_differ() {
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    let mut inodes = Vec::new();
    for record in image.walk() {
        if let (path, Record::Node(_)) = record.unwrap() {
            let inode = image.inode(&path).unwrap().unwrap();
            assert_eq!(image.path(inode).unwrap(), path);
            inodes.push(inode);
        }
    }
    assert_eq!(inodes.len(), 10);
    assert!(!inodes.contains(&0));
    inodes.sort_unstable();
    inodes.dedup();
    assert_eq!(inodes.len(), 10);
}

#[test]
fn walk_gives_every_record_once_in_order() {
    let bytes = sample();
    let image = Image::open(&bytes).unwrap();
    let records: Vec<_> = image.walk().map(Result::unwrap).collect();
    let keys: Vec<_> = records.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "",
            "app",
            "app/main.py",
            "app/größe.txt",
            "lib",
            "lib/empty.txt",
            "lib/native.so",
            "app/__pycache__",
            "app/__pycache__/main.cpython-313.pyc",
            "lib/lib-dynload",
            "app/main",
            "lib/native",
            "/top",
            "tkinter.ttk",
            "main",
            "top",
        ]
    );
    for (key, record) in &records {
        match record {
            Record::Node(node) => assert_eq!(image.node(key).unwrap().as_ref(), Some(node)),
            Record::Module(module) => {
                let (directory, name) = key.rsplit_once('/').unwrap();
                assert_eq!(
                    image.module(directory, name).unwrap().as_ref(),
                    Some(module)
                );
            }
            Record::LeftOut => assert!(image.is_left_out(key).unwrap()),
            Record::Frozen(directory) => {
                let last = key.rsplit('.').next().unwrap();
                assert_eq!(
                    image.frozen(key).unwrap(),
                    image.module(directory, last).unwrap()
                );
            }
        }
    }
}

#[test]
fn same_calls_give_same_bytes() {
    assert_eq!(sample(), sample());
}

#[test]
fn an_image_without_files() {
    let mut bytes = Vec::new();
    let written = ImageWriter::new(&mut bytes, b"")
        .unwrap()
        .finish(header())
        .unwrap();
    assert_eq!((written.len, written.entries), (bytes.len() as u64, 1));
    let image = Image::open(&bytes).unwrap();
    assert_eq!(directory(&image, ""), []);
    assert_eq!(image.walk().count(), 1);
}

#[test]
fn entries_can_be_copied_from_image_to_image() {
    let bytes = sample();
    let from = Image::open(&bytes).unwrap();
    let mut copy = Vec::new();
    let mut writer = ImageWriter::new(&mut copy, STUB).unwrap();
    for path in ["app/main.py", "lib/native.so"] {
        let file = from.file(path).unwrap().unwrap();
        let source = Source::Raw(from.raw(&file, path).unwrap());
        writer.file(path, &source, file.executable).unwrap();
    }
    let text = text();
    let deflated = Source::Raw(Raw::deflate(text.as_bytes()));
    writer.file("again.py", &deflated, false).unwrap();
    writer.finish(header()).unwrap();
    let to = Image::open(&copy).unwrap();
    for path in ["app/main.py", "lib/native.so"] {
        assert_eq!(contents(&to, path), contents(&from, path));
    }
    assert_eq!(contents(&to, "again.py"), text.as_bytes());
    let stored = |image: &Image, path| image.file(path).unwrap().unwrap().data.hash;
    assert_eq!(stored(&to, "again.py"), stored(&from, "app/main.py"));
}

#[test]
fn what_cannot_be_added() {
    let mut writer = ImageWriter::new(Vec::new(), STUB).unwrap();
    writer.file("a/b", &Source::Stored(b""), false).unwrap();
    writer
        .module("a", "b", module(ModuleKind::Source, "a/b.py", None))
        .unwrap();
    writer.frozen("f", false, b"").unwrap();
    let long = "x".repeat(4096);
    let paths = [
        "",
        "/",
        "/a",
        "a/",
        "a//c",
        ".",
        "a/./c",
        "..",
        "a/../c",
        "a\0c",
        "a",
        "a/b",
        "a/b/c",
        "fastice.index",
        "fastice.frozen/x",
        &long,
    ];
    let invalid = |result: std::io::Result<()>| {
        result.is_err_and(|error| error.kind() == std::io::ErrorKind::InvalidInput)
    };
    for path in paths {
        let added = writer.file(path, &Source::Stored(b""), false);
        assert!(invalid(added.map(drop)), "{path:?}");
    }
    assert!(invalid(writer.directory("a/b")));
    assert!(invalid(writer.directory("a/b/c/d")));
    assert!(invalid(writer.directory("c//d")));
    let twice = module(ModuleKind::Source, "a/b/__init__.py", None);
    assert!(invalid(writer.module("a", "b", twice)));
    assert!(invalid(writer.frozen("f", false, b"").map(drop)));
    assert!(invalid(writer.frozen("f/g", false, b"").map(drop)));
    writer.directory("a").unwrap();
    writer.directory("").unwrap();
    writer.left_out("x").unwrap();
    writer.left_out("x").unwrap();
    writer.finish(header()).unwrap();
}
