//! The root directory of the sandbox: the program, the C library, a few devices, and nothing else.

use std::io;
use std::path::Path;

use fs_err as fs;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{chdir, pivot_root};

/// What a machine has that runs frozen programs: the C library, and the two libraries of GCC that the manylinux standards
/// (PEP 600) let every wheel expect.
const LIBRARIES: [&str; 14] = [
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libm.so.6",
    "libmvec.so.1",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libnss_files.so.2",
    "libnss_dns.so.2",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libatomic.so.1",
];

/// Where they may lie. The dynamic loader of a distribution looks into those that it has itself.
const DIRECTORIES: [&str; 6] = [
    "lib64",
    "lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu",
    "usr/lib64",
    "lib",
    "usr/lib",
];

/// Devices that every program may expect.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// The one user there is, without a home.
const USERS: &str = "root:x:0:0:root:/nonexistent:/nonexistent\n";
const GROUPS: &str = "root:x:0:\n";

/// Fills `directory` with a root in which `program` lies at `place`.
pub(super) fn build(directory: &Path, program: &Path, place: &Path) -> io::Result<()> {
    let none = None::<&str>;
    // What is mounted from here on is nobody else's.
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    let calm = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(
        Some("root"),
        directory,
        Some("tmpfs"),
        calm,
        Some("mode=755"),
    )?;
    for name in ["proc", "dev", "tmp", "etc"] {
        fs::create_dir(directory.join(name))?;
    }
    fs::write(directory.join("etc/passwd"), USERS)?;
    fs::write(directory.join("etc/group"), GROUPS)?;
    let mut found = 0;
    for folder in DIRECTORIES {
        for library in LIBRARIES {
            let path = Path::new("/").join(folder).join(library);
            if path.is_file() {
                found += 1;
                bind(&path, directory, &path, true)?;
            }
        }
    }
    if found == 0 {
        return Err(io::Error::other(
            "this machine has no glibc, which the executable needs",
        ));
    }
    for name in DEVICES {
        let path = Path::new("/dev").join(name);
        if path.exists() {
            bind(&path, directory, &path, false)?;
        }
    }
    bind(program, directory, place, true)?;
    let no_programs = calm | MsFlags::MS_NOEXEC;
    mount(
        Some("tmp"),
        &directory.join("tmp"),
        Some("tmpfs"),
        no_programs,
        Some("mode=1777"),
    )?;
    // Containers may forbid it; most programs do without.
    let _ = mount(
        Some("proc"),
        &directory.join("proc"),
        Some("proc"),
        no_programs,
        none,
    );
    let frozen = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | calm;
    mount(none, directory, none, frozen, Some("mode=755")).map_err(io::Error::from)
}

/// Makes `file` appear at `path` below `directory`.
fn bind(file: &Path, directory: &Path, path: &Path, read_only: bool) -> io::Result<()> {
    let target = directory.join(path.strip_prefix("/").unwrap_or(path));
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&target, "")?;
    let none = None::<&str>;
    mount(Some(file), &target, none, MsFlags::MS_BIND, none)?;
    if read_only {
        let flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        let also = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        // What the machine's own mount is locked to has to be kept; a file that cannot be made read-only is one that its
        // owner's permissions protect.
        let _ = mount(none, &target, none, flags | also, none)
            .or_else(|_| mount(none, &target, none, flags, none));
    }
    Ok(())
}

/// Makes `directory` the root, and lets go of the machine's.
pub(super) fn enter(directory: &Path) -> io::Result<()> {
    chdir(directory)?;
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    chdir("/")?;
    Ok(())
}
