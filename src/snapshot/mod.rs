//! Start snapshots: the executable is run once in a role that its stub has for this, and the memory that it wrote down becomes part of
//! it. `docs/concepts/snapshot.md` describes it to users.

mod choice;
mod dump;
mod preload;
mod run;
mod select;
mod survey;
mod take;

pub use choice::{Choice, Settings};
pub(crate) use choice::{is_wanted, left_out};
pub(crate) use preload::{Preload, tell};
pub use select::{Contents, LeftOut};
pub(crate) use take::{Request, provide, take};
