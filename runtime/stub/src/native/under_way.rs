//! Which libraries are being loaded right now.
//!
//! Two threads that want the same library must not load it twice: under the names that ld.so gets, it would not know that
//! they are one. A thread waits for another only if that one is loading
//! the very library, since a lock around all loading could meet ld.so's own lock in the wrong order.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// A library that a thread is loading.
#[derive(PartialEq, Eq)]
struct Entry {
    path: String,
    thread: ThreadId,
    /// In a forked child, the other threads of its parent do not exist.
    process: u32,
}

static ENTRIES: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

fn entries() -> MutexGuard<'static, Vec<Entry>> {
    ENTRIES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Entry {
    fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            thread: thread::current().id(),
            process: std::process::id(),
        }
    }

    /// Does another thread load the same library?
    fn meets(&self, other: &Self) -> bool {
        self.path == other.path && self.process == other.process && self.thread != other.thread
    }
}

/// While it lives, this thread is loading a library, and no other thread loads the same.
pub(crate) struct UnderWay(Entry);

impl UnderWay {
    /// Begins to load the library at `path`, when no other thread does.
    pub(crate) fn begin(path: &str) -> Self {
        let own = Entry::new(path);
        let mut entries = CHANGED
            .wait_while(entries(), |entries| {
                entries.iter().any(|entry| own.meets(entry))
            })
            .unwrap_or_else(PoisonError::into_inner);
        entries.push(Entry::new(path));
        Self(own)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut entries = entries();
        if let Some(index) = entries.iter().rposition(|entry| *entry == self.0) {
            entries.remove(index);
        }
        CHANGED.notify_all();
    }
}
