//! Why an image cannot be used.

/// What is wrong with an executable. Displays as the rest of a sentence that begins with the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The file does not end in a footer: not a fastice executable, or the end is missing.
    #[error("it does not end with an image (not a fastice executable, or truncated)")]
    NoFooter,
    /// The footer is there, but the file is not as long as it says.
    #[error(
        "it has {actual} bytes where {expected} were written (truncated, or something was appended)"
    )]
    WrongLength {
        /// Bytes the footer claims.
        expected: u64,
        /// Bytes there are.
        actual: u64,
    },
    /// The image was written in another version of the format.
    #[error("its image has format {found}, and this program reads format {supported}")]
    WrongFormat {
        /// Version in the footer.
        found: u16,
        /// The one version that can be read.
        supported: u16,
    },
    /// Bytes differ from what was written.
    #[error("the checksum of {what} is wrong (damaged)")]
    Checksum {
        /// The part: `the footer`, `the header`, `the index`, or a path in the image.
        what: String,
    },
    /// The bytes have the right checksum and no sense: written by something else.
    #[error("{what} cannot be understood (damaged)")]
    Malformed {
        /// The part, as in `Checksum`.
        what: String,
    },
}
