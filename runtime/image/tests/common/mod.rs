//! Images to test with.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use fastice_image::{
    Extent, Header, ImageWriter, ModuleKind, ModuleNode, Program, PythonIdentity, Settings, Source,
};

/// Stands for an ELF file: any bytes will do.
pub(crate) const STUB: &[u8] =
    b"\x7fELF, and whatever a stub may hold: PK\x03\x04 PK\x05\x06 PK\x01\x02";

/// Text that deflate makes smaller.
pub(crate) fn text() -> String {
    "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n".repeat(40)
}

/// Bytes without a pattern, always the same.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..len).map(|_| random.next().to_le_bytes()[0]).collect()
}

/// Marsaglia's xorshift64*: tests that fail do so again.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap() % end
    }
}

pub(crate) fn header() -> Header {
    Header {
        built_by: "fastice 0.1.0".to_owned(),
        name: "sample".to_owned(),
        python: PythonIdentity {
            version: "3.13.5".to_owned(),
            hexversion: 0x030d_05f0,
            magic: 3571,
            cache_tag: "cpython-313".to_owned(),
            platform: "x86_64-linux-gnu".to_owned(),
        },
        program: Program::File {
            path: "app/main.py".to_owned(),
        },
        alternatives: Vec::new(),
        settings: Settings {
            search_paths: vec!["lib".to_owned()],
            ..Settings::default()
        },
        frozen: Vec::new(),
        stub: Extent {
            offset: 0,
            len: 0,
            hash: 0,
        },
        snapshot: None,
    }
}

pub(crate) fn module(kind: ModuleKind, origin: &str, code: Option<Extent>) -> ModuleNode {
    ModuleNode {
        kind,
        is_package: false,
        origin: origin.to_owned(),
        code,
    }
}

/// An image with something of everything.
pub(crate) fn sample() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ImageWriter::new(&mut bytes, STUB).unwrap();
    let mut header = header();
    header
        .frozen
        .push(writer.frozen("_bootstrap", false, b"frozen code").unwrap());
    writer
        .file("app/main.py", &Source::Deflate(text().as_bytes()), true)
        .unwrap();
    writer
        .file("app/größe.txt", &Source::Stored("ä".as_bytes()), false)
        .unwrap();
    writer
        .file("lib/empty.txt", &Source::Deflate(b""), false)
        .unwrap();
    writer
        .file("lib/native.so", &Source::Mapped(&noise(5000)), true)
        .unwrap();
    let path = "app/__pycache__/main.cpython-313.pyc";
    let code = writer
        .code(path, *b"sixteen bytes of", b"marshaled code")
        .unwrap();
    writer.directory("lib/lib-dynload").unwrap();
    writer
        .module(
            "app",
            "main",
            module(ModuleKind::Source, "app/main.py", Some(code)),
        )
        .unwrap();
    writer
        .module(
            "lib",
            "native",
            module(ModuleKind::Extension, "lib/native.so", None),
        )
        .unwrap();
    let top = ModuleNode {
        is_package: true,
        ..module(ModuleKind::Bytecode, "top/__init__.pyc", None)
    };
    writer.module("", "top", top).unwrap();
    writer.left_out("tkinter.ttk").unwrap();
    writer.freeze("app", "main").unwrap();
    writer.freeze("", "top").unwrap();
    writer.finish(header).unwrap();
    bytes
}
