//! Everything that can be asked of an image.

use fastice_image::{Damage, Image, Node, Record};

/// Reads all that the index names; ends at the first damage.
pub fn read(file: &[u8]) -> Result<(), Damage> {
    let image = Image::open(file)?;
    let header = image.header();
    // A damaged part must not keep the others from being read.
    let _ = image.bytes(&header.stub, "the stub");
    for frozen in &header.frozen {
        let _ = image.bytes(&frozen.code, &frozen.name);
    }
    image.node("")?;
    image.module("lib", "missing")?;
    image.is_left_out("missing")?;
    image.frozen("missing")?;
    image.frozen_names()?;
    for record in image.walk() {
        let (key, record) = record?;
        match record {
            Record::Node(node) => {
                let _ = image.node(&key);
                let _ = image.inode(&key);
                let _ = image.file_type(&key);
                if let Node::File(file) = node {
                    let _ = image.contents(&file, &key);
                }
            }
            Record::Module(module) => {
                if let Some((directory, name)) = key.rsplit_once('/') {
                    let _ = image.module(directory, name);
                }
                if let Some(code) = module.code {
                    let _ = image.bytes(&code, &key);
                }
            }
            Record::LeftOut => {
                let _ = image.is_left_out(&key);
            }
            Record::Frozen(_) => {
                let _ = image.frozen(&key);
            }
        }
    }
    Ok(())
}
