//! An image that has one of everything.

use fastice_image::{
    Extent, Header, ImageWriter, ModuleKind, ModuleNode, Program, PythonIdentity, Raw, Settings,
    Source,
};

/// What lies where the stub would.
pub(crate) const STUB: &[u8] = b"not an ELF file, which the reader does not mind";

/// The header of the sample.
pub(crate) fn header() -> Header {
    Header {
        built_by: "fastice 0.0.0".into(),
        name: "sample".into(),
        python: PythonIdentity {
            version: "3.13.5".into(),
            hexversion: 0x030d_05f0,
            magic: 3571,
            cache_tag: "cpython-313".into(),
            platform: "x86_64-linux-gnu".into(),
        },
        program: Program::Module {
            name: "pkg.__main__".into(),
        },
        settings: Settings {
            search_paths: vec!["app".into(), "lib/python3.13".into()],
            optimization_level: 0,
        },
        frozen: Vec::new(),
        stub: Extent {
            offset: 0,
            len: 0,
            hash: 0,
        },
    }
}

/// Source of the module in the sample: long enough to be deflated.
pub(crate) fn source() -> String {
    "def answer():\n    return 42\n".to_owned() + &"# padding\n".repeat(50)
}

/// The sample executable.
pub(crate) fn sample() -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = ImageWriter::new(&mut out, STUB).expect("writing to memory");
    let source = source();
    writer
        .file(
            "app/pkg/__init__.py",
            &Source::Deflate(source.as_bytes()),
            false,
        )
        .expect("file");
    writer
        .file("app/pkg/data.bin", &Source::Stored(b"\0\x01\x02"), false)
        .expect("file");
    writer
        .file("app/pkg/native.so", &Source::Mapped(&[0x7f; 5000]), true)
        .expect("file");
    writer
        .file("app/pkg/naïve.txt", &Source::Raw(Raw::store(b"")), false)
        .expect("file");
    writer.directory("app/empty").expect("directory");
    let code = writer
        .code(
            "app/pkg/__pycache__/__init__.cpython-313.pyc",
            [1; 16],
            b"marshaled",
        )
        .expect("code");
    writer.module(
        "app",
        "pkg",
        ModuleNode {
            kind: ModuleKind::Source,
            is_package: true,
            origin: "app/pkg/__init__.py".into(),
            code: Some(code),
        },
    );
    writer.left_out("tkinter");
    let frozen = writer
        .frozen("encodings", true, b"frozen code")
        .expect("frozen");
    let written = writer
        .finish(Header {
            frozen: vec![frozen],
            ..header()
        })
        .expect("finish");
    assert_eq!(written.len, out.len() as u64);
    out
}
