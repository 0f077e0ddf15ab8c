//! An image with some of its bytes changed.

#![no_main]

mod everything;

use arbitrary::Arbitrary;
use fastice_image::{
    Extent, Footer, Header, ImageWriter, ModuleKind, ModuleNode, Program, PythonIdentity, Settings,
    Source,
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    files: Vec<(&'a str, &'a [u8], Storage)>,
    modules: Vec<(&'a str, &'a str)>,
    left_out: Vec<&'a str>,
    frozen: Vec<(&'a str, &'a str)>,
    /// Where, counted from the index (whose offset the fuzzer cannot guess), and what.
    changes: Vec<(i16, u8)>,
}

#[derive(Arbitrary, Debug)]
enum Storage {
    Stored,
    Mapped,
    Deflated,
}

fuzz_target!(|input: Input| {
    let sound = image(&input).expect("writing to memory does not fail");
    everything::read(&sound).expect("what was written can be read");
    let footer = Footer::read(&sound).expect("what was written has a footer");
    let mut file = sound;
    for (distance, byte) in input.changes {
        let at = footer.index_offset.wrapping_add_signed(distance.into());
        if let Some(place) = usize::try_from(at).ok().and_then(|at| file.get_mut(at)) {
            *place = byte;
        }
    }
    let _ = everything::read(&file);
});

fn image(input: &Input) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = ImageWriter::new(&mut bytes, b"stub")?;
    for (path, contents, storage) in &input.files {
        let source = match storage {
            Storage::Stored => Source::Stored(contents),
            Storage::Mapped => Source::Mapped(contents),
            Storage::Deflated => Source::Deflate(contents),
        };
        // Paths that are not normalized or not new are refused.
        let _ = writer.file(path, &source, false);
    }
    for (directory, name) in &input.modules {
        let module = ModuleNode {
            kind: ModuleKind::Source,
            is_package: false,
            origin: (*name).to_owned(),
            code: None,
        };
        let _ = writer.module(directory, name, module);
    }
    for name in &input.left_out {
        writer.left_out(name)?;
    }
    for (directory, name) in &input.frozen {
        // Only modules can be frozen.
        let _ = writer.freeze(directory, name);
    }
    writer.finish(Header {
        built_by: String::new(),
        name: String::new(),
        python: PythonIdentity {
            version: String::new(),
            hexversion: 0,
            magic: 0,
            cache_tag: String::new(),
            platform: String::new(),
        },
        program: Program::Interpreter,
        alternatives: Vec::new(),
        settings: Settings::default(),
        frozen: Vec::new(),
        stub: Extent {
            offset: 0,
            len: 0,
            hash: 0,
        },
        snapshot: None,
    })?;
    Ok(bytes)
}
