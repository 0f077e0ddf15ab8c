//! Whatever happens to the bytes, the reader says so: it never panics and never hands out other bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::ops::Range;

use common::{Random, STUB, header, module, noise, sample};
use fastice_image::{
    Damage, Extent, FORMAT_VERSION, Footer, Image, ImageWriter, ModuleKind, Node, Record, Source,
};

/// Reads everything there is; the first damage found is the answer.
fn read_all(file: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Damage> {
    let image = Image::open(file)?;
    let header = image.header();
    let mut all = vec![
        ("header".to_owned(), format!("{header:?}").into_bytes()),
        (
            "stub".to_owned(),
            image.bytes(&header.stub, "the stub")?.to_vec(),
        ),
    ];
    for frozen in &header.frozen {
        all.push((
            frozen.name.clone(),
            image.bytes(&frozen.code, &frozen.name)?.to_vec(),
        ));
    }
    for record in image.walk() {
        let (key, record) = record?;
        match record {
            Record::Node(Node::File(file)) => {
                assert_eq!(image.file(&key)?.as_ref(), Some(&file));
                all.push((key.clone(), image.contents(&file, &key)?.into_owned()));
            }
            Record::Node(node @ Node::Directory(_)) => {
                assert_eq!(image.node(&key)?.as_ref(), Some(&node));
                all.push((key, format!("{node:?}").into_bytes()));
            }
            Record::Module(module) => {
                let (directory, name) = key.rsplit_once('/').unwrap();
                assert_eq!(image.module(directory, name)?.as_ref(), Some(&module));
                if let Some(code) = &module.code {
                    all.push((key.clone(), image.bytes(code, &key)?.to_vec()));
                }
            }
            Record::LeftOut => assert!(image.is_left_out(&key)?),
            Record::Frozen(_) => assert!(image.frozen(&key)?.is_some()),
        }
    }
    Ok(all)
}

fn range(extent: &Extent) -> Range<usize> {
    let start = usize::try_from(extent.offset).unwrap();
    start..start + usize::try_from(extent.len).unwrap()
}

/// Everything that has a checksum, but for the index.
fn checked(file: &[u8]) -> Vec<Range<usize>> {
    let image = Image::open(file).unwrap();
    let mut ranges = vec![
        range(&image.header().stub),
        file.len() - Footer::LEN..file.len(),
    ];
    ranges.extend(
        image
            .header()
            .frozen
            .iter()
            .map(|frozen| range(&frozen.code)),
    );
    for record in image.walk() {
        if let (_, Record::Node(Node::File(file))) = record.unwrap() {
            ranges.push(range(&file.data));
        }
    }
    ranges
}

#[test]
fn every_flipped_byte_is_found_where_it_matters() {
    let sound = sample();
    let expected = read_all(&sound).unwrap();
    let checked = checked(&sound);
    let footer = Footer::read(&sound).unwrap();
    let index = range(&Extent {
        offset: footer.index_offset,
        len: footer.index_len,
        hash: 0,
    });
    let mut padding = Vec::new();
    for position in 0..sound.len() {
        let mut file = sound.clone();
        file[position] ^= 1 << (position % 8);
        match read_all(&file) {
            Err(_) => {}
            // Padding, and what only ZIP tools read.
            Ok(read) => {
                assert_eq!(read, expected, "byte {position}");
                let harmful = checked.iter().any(|range| range.contains(&position));
                assert!(!harmful, "the flip of byte {position} was not found");
                if index.contains(&position) {
                    padding.push(position);
                }
            }
        }
    }
    // Of the index nothing is unchecked but the zeros between page checksums and table.
    let (first, last) = (padding[0], padding[padding.len() - 1]);
    assert_eq!(padding.len(), last - first + 1);
    assert_eq!((last + 1) % 4096, 0);
    assert!(last - first < 4096);
    assert!(sound[first..=last].iter().all(|&byte| byte == 0));
}

#[test]
fn random_damage_to_a_large_image_is_found_or_harmless() {
    let mut sound = Vec::new();
    let mut writer = ImageWriter::new(&mut sound, STUB).unwrap();
    let text = noise(300);
    for number in 0..3000 {
        let path = format!("lib/p{}/m{number}.py", number % 50);
        writer
            .file(&path, &Source::Stored(&text[number % 100..]), false)
            .unwrap();
        let node = module(ModuleKind::Source, &path, None);
        writer
            .module(
                &format!("lib/p{}", number % 50),
                &format!("m{number}"),
                node,
            )
            .unwrap();
    }
    writer.finish(header()).unwrap();
    let expected = read_all(&sound).unwrap();
    let footer = Footer::read(&sound).unwrap();
    let index = range(&Extent {
        offset: footer.index_offset,
        len: footer.index_len,
        hash: 0,
    });
    let mut random = Random(1);
    let mut found = 0;
    for _ in 0..200 {
        let mut file = sound.clone();
        // Half of the damage goes into the index, up to a page of it at once.
        let start = if random.below(2) == 0 {
            random.below(file.len())
        } else {
            index.start + random.below(index.len())
        };
        let len = 1 + random.below(4096).min(file.len() - start - 1);
        for byte in &mut file[start..start + len] {
            *byte = random.next().to_le_bytes()[0];
        }
        match read_all(&file) {
            Err(_) => found += 1,
            Ok(read) => assert_eq!(read, expected),
        }
    }
    assert!(found > 150, "only {found} were found");
}

#[test]
fn damage_is_found_no_earlier_than_it_is_read() {
    let mut file = sample();
    let image = Image::open(&file).unwrap();
    let native = range(&image.file("lib/native.so").unwrap().unwrap().data);
    file[native.start] ^= 1;
    let image = Image::open(&file).unwrap();
    let main = image.file("app/main.py").unwrap().unwrap();
    assert!(image.contents(&main, "app/main.py").is_ok());
    let native = image.file("lib/native.so").unwrap().unwrap();
    let what = "lib/native.so".to_owned();
    assert_eq!(
        image.contents(&native, &what),
        Err(Damage::Checksum { what })
    );
}

#[test]
fn every_truncation_is_found() {
    let sound = sample();
    for len in 0..sound.len() {
        let damage = Image::open(&sound[..len]).err();
        assert!(damage.is_some(), "{len} bytes of {} pass", sound.len());
    }
    assert_eq!(Image::open(&[]).err(), Some(Damage::NoFooter));
}

#[test]
fn what_was_appended_or_cut_out_is_found() {
    let sound = sample();
    let expected = sound.len() as u64;
    let wrong_length = |file: &[u8]| {
        let actual = file.len() as u64;
        assert_eq!(
            Image::open(file).err(),
            Some(Damage::WrongLength { expected, actual })
        );
    };
    let mut longer = sound.clone();
    longer.splice(0..0, [0; 10]);
    wrong_length(&longer);
    let mut shorter = sound.clone();
    shorter.drain(..10);
    wrong_length(&shorter);
    let mut appended = sound;
    appended.extend([0; 5000]);
    wrong_length(&appended);
}

#[test]
fn another_format_is_named() {
    let mut file = sample();
    let footer = Footer::read(&file).unwrap();
    file.truncate(file.len() - Footer::LEN);
    let later = Footer {
        format: FORMAT_VERSION + 1,
        ..footer
    };
    file.extend(later.encode().as_bytes());
    let expected = Damage::WrongFormat {
        found: FORMAT_VERSION + 1,
        supported: FORMAT_VERSION,
    };
    assert_eq!(Image::open(&file).err(), Some(expected));
}

/// Footers that are sound and lie.
#[test]
fn places_outside_the_file_are_found() {
    let sound = sample();
    let footer = Footer::read(&sound).unwrap();
    let len = sound.len() as u64;
    for lie in [1, 4095, 4096, len, len + 1, u64::MAX - 1, u64::MAX] {
        for lying in [
            Footer {
                index_offset: lie,
                ..footer.clone()
            },
            Footer {
                index_len: lie,
                ..footer.clone()
            },
            Footer {
                header_len: lie,
                ..footer.clone()
            },
            Footer {
                index_offset: lie,
                index_len: lie,
                header_len: lie,
                ..footer.clone()
            },
        ] {
            let mut file = sound[..sound.len() - Footer::LEN].to_vec();
            file.extend(lying.encode().as_bytes());
            assert!(Image::open(&file).is_err(), "{lying:?}");
        }
    }
}

/// Nodes that are sound and lie.
#[test]
fn contents_of_another_size_are_found() {
    let file = sample();
    let image = Image::open(&file).unwrap();
    for path in ["app/main.py", "lib/native.so"] {
        let sound = image.file(path).unwrap().unwrap();
        for size in [0, sound.size - 1, sound.size + 1, u64::MAX] {
            let mut lying = sound.clone();
            lying.size = size;
            let what = path.to_owned();
            assert_eq!(
                image.contents(&lying, path),
                Err(Damage::Malformed { what }),
                "{size}"
            );
        }
        let mut lying = sound.clone();
        lying.data.offset = u64::MAX;
        assert!(image.contents(&lying, path).is_err());
    }
}
