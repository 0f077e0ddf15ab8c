//! What it costs to open an image and to look something up, for images of several sizes.
//!
//! `cargo bench -p fastice-image`. The file is in memory, as the executable's pages are after its first start.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

use divan::{Bencher, black_box};
use fastice_image::{
    Extent, Header, Image, ImageWriter, ModuleKind, ModuleNode, Program, PythonIdentity, Settings,
    Source,
};

/// Records in the index, about: half of them files, half of them modules.
const RECORDS: &[usize] = &[100, 10_000, 100_000];

fn main() {
    divan::main();
}

/// Directory of the module with this number.
fn directory(number: usize) -> String {
    format!("lib/python3.13/site-packages/package{}/part", number / 50)
}

fn image(records: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ImageWriter::new(&mut bytes, b"stub").unwrap();
    for number in 0..records / 2 {
        let directory = directory(number);
        let origin = format!("{directory}/module{number}.py");
        let code = writer
            .file(&origin, &Source::Stored(b"pass"), false)
            .unwrap();
        let module = ModuleNode {
            kind: ModuleKind::Source,
            is_package: false,
            origin,
            code: Some(code),
        };
        writer
            .module(&directory, &format!("module{number}"), module)
            .unwrap();
    }
    let header = Header {
        built_by: "fastice".to_owned(),
        name: "bench".to_owned(),
        python: PythonIdentity {
            version: "3.13.5".to_owned(),
            hexversion: 0x030d_05f0,
            magic: 3571,
            cache_tag: "cpython-313".to_owned(),
            platform: "x86_64-linux-gnu".to_owned(),
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
    };
    writer.finish(header).unwrap();
    bytes
}

/// Numbers of modules in an order that is not that of the file.
fn scattered(records: usize) -> impl Iterator<Item = usize> {
    (0..).map(move |step: usize| step.wrapping_mul(7919) % (records / 2))
}

#[divan::bench(args = RECORDS)]
fn open(bencher: Bencher, records: usize) {
    let bytes = image(records);
    bencher.bench_local(|| Image::open(black_box(&bytes)).map(drop));
}

#[divan::bench(args = RECORDS)]
fn open_and_find_one_file(bencher: Bencher, records: usize) {
    let bytes = image(records);
    let paths: Vec<_> = scattered(records).take(1000).map(path).collect();
    let mut paths = paths.iter().cycle();
    bencher.bench_local(|| {
        let image = Image::open(black_box(&bytes)).unwrap();
        image.file(paths.next().unwrap()).unwrap().unwrap().size
    });
}

#[divan::bench(args = RECORDS)]
fn find_file(bencher: Bencher, records: usize) {
    let bytes = image(records);
    let image = Image::open(&bytes).unwrap();
    let paths: Vec<_> = scattered(records).take(1000).map(path).collect();
    // Without the first time, when pages are verified.
    for path in &paths {
        image.file(path).unwrap();
    }
    let mut paths = paths.iter().cycle();
    bencher.bench_local(|| {
        image
            .file(black_box(paths.next().unwrap()))
            .unwrap()
            .unwrap()
    });
}

#[divan::bench(args = RECORDS)]
fn find_no_file(bencher: Bencher, records: usize) {
    let bytes = image(records);
    let image = Image::open(&bytes).unwrap();
    let paths: Vec<_> = scattered(records)
        .take(1000)
        .map(|number| path(number) + "c")
        .collect();
    // Without the first time, when pages are verified.
    for path in &paths {
        image.file(path).unwrap();
    }
    let mut paths = paths.iter().cycle();
    bencher.bench_local(|| {
        image
            .file(black_box(paths.next().unwrap()))
            .unwrap()
            .is_none()
    });
}

#[divan::bench(args = RECORDS)]
fn find_module(bencher: Bencher, records: usize) {
    let bytes = image(records);
    let image = Image::open(&bytes).unwrap();
    let modules: Vec<_> = scattered(records).take(1000).map(module).collect();
    for (directory, name) in &modules {
        image.module(directory, name).unwrap();
    }
    let mut modules = modules.iter().cycle();
    bencher.bench_local(|| {
        let (directory, name) = black_box(modules.next().unwrap());
        image.module(directory, name).unwrap().unwrap()
    });
}

#[divan::bench(args = RECORDS)]
fn find_no_module(bencher: Bencher, records: usize) {
    let bytes = image(records);
    let image = Image::open(&bytes).unwrap();
    let modules: Vec<_> = scattered(records)
        .take(1000)
        .map(|number| (directory(number), "json".to_owned()))
        .collect();
    for (directory, name) in &modules {
        image.module(directory, name).unwrap();
    }
    let mut modules = modules.iter().cycle();
    bencher.bench_local(|| {
        let (directory, name) = black_box(modules.next().unwrap());
        image.module(directory, name).unwrap().is_none()
    });
}

fn path(number: usize) -> String {
    format!("{}/module{number}.py", directory(number))
}

fn module(number: usize) -> (String, String) {
    (directory(number), format!("module{number}"))
}
