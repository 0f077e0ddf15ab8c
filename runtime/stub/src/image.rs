//! The one image of this process.

use std::path::Path;
use std::sync::OnceLock;

use fastice_image::{Damage, Identity, Image};

use crate::executable::{self, Executable};
use crate::failure::Failure;

/// The image of this process, once it was found and verified. Empty during the first instructions of `main` and before:
/// nothing virtual exists then.
pub(crate) static IMAGE: OnceLock<Mapped> = OnceLock::new();

/// An image in the mapped executable.
pub(crate) struct Mapped {
    executable: Executable,
    image: Image<'static>,
}

impl Mapped {
    /// The absolute real path of the executable.
    pub(crate) fn path(&self) -> &Path {
        &self.executable.path
    }
    /// Which file the executable is.
    pub(crate) fn identity(&self) -> Identity {
        self.executable.identity
    }
    /// The bytes of the whole executable, at the offsets that an [`Extent`](fastice_image::Extent) has.
    pub(crate) fn bytes(&self) -> &'static [u8] {
        self.executable.bytes
    }
    /// The image in it.
    pub(crate) fn image(&self) -> &Image<'static> {
        &self.image
    }
}

/// Maps the executable, verifies its image and makes it the image of this process.
///
/// # Errors
/// When the file cannot be read, or there is no sound image in it.
pub(crate) fn load() -> Result<&'static Mapped, Failure> {
    let executable = executable::map().map_err(Failure::Unreadable)?;
    let image = Image::open(executable.bytes)
        .map_err(|damage: Damage| Failure::Damaged(executable.path.clone(), damage))?;
    Ok(IMAGE.get_or_init(|| Mapped { executable, image }))
}
