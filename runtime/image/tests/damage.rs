//! Whatever happens to the bytes, the reader says so: it never panics and never hands out other bytes.

mod common;

use common::sample;
use fastice_image::{Damage, Image, Node, Record};

/// Reads everything there is; the first damage found is the answer.
fn read_all(file: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Damage> {
    let image = Image::open(file)?;
    let mut all = Vec::new();
    all.push((
        "header".into(),
        format!("{:?}", image.header()).into_bytes(),
    ));
    all.push((
        "stub".into(),
        image.bytes(&image.header().stub, "the stub")?.to_vec(),
    ));
    for frozen in &image.header().frozen {
        all.push((
            frozen.name.clone(),
            image.bytes(&frozen.code, &frozen.name)?.to_vec(),
        ));
    }
    for record in image.walk() {
        let (key, record) = record?;
        match record {
            Record::Node(Node::File(file)) => {
                assert_eq!(image.node(&key)?, Some(Node::File(file.clone())));
                all.push((key.clone(), image.contents(&file, &key)?.into_owned()));
            }
            Record::Node(node @ Node::Directory(_)) => {
                assert_eq!(image.node(&key)?.as_ref(), Some(&node));
                all.push((key, format!("{node:?}").into_bytes()));
            }
            Record::Module(module) => {
                let (directory, name) = key.rsplit_once('/').expect("a module key");
                assert_eq!(image.module(directory, name)?.as_ref(), Some(&module));
                if let Some(code) = &module.code {
                    all.push((key.clone(), image.bytes(code, &key)?.to_vec()));
                }
            }
            Record::LeftOut => assert!(image.is_left_out(&key)?),
        }
    }
    Ok(all)
}

#[test]
fn every_flipped_bit_is_found_or_does_not_matter() {
    let sound = sample();
    let expected = read_all(&sound).expect("sound");
    let mut found = 0;
    for position in 0..sound.len() {
        let mut file = sound.clone();
        file[position] ^= 1 << (position % 8);
        match read_all(&file) {
            Err(_) => found += 1,
            // Padding, and what only ZIP tools read.
            Ok(read) => assert_eq!(read, expected, "byte {position}"),
        }
    }
    // The mapped file alone has 5000 bytes; much of the rest is padding.
    assert!(found > 5500, "only {found} flips were found");
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
    let mut longer = sample();
    longer.splice(0..0, [0; 10]);
    assert!(matches!(
        Image::open(&longer),
        Err(Damage::WrongLength { .. })
    ));
    let mut appended = sample();
    appended.push(b'\n');
    assert!(matches!(
        Image::open(&appended),
        Err(Damage::WrongLength { .. })
    ));
}

#[test]
fn another_format_is_named() {
    let mut file = sample();
    let footer = file.len() - fastice_image::Footer::LEN;
    let later = fastice_image::Footer {
        format: 2,
        ..fastice_image::Footer::read(&file).expect("sound")
    };
    file.truncate(footer);
    file.extend_from_slice(later.encode().as_bytes());
    assert_eq!(
        Image::open(&file).err(),
        Some(Damage::WrongFormat {
            found: 2,
            supported: fastice_image::FORMAT_VERSION
        })
    );
}
