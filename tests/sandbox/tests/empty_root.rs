//! The empty root is empty, cannot be written, and passes on what the program does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use fastice_sandbox::EmptyRoot;

/// Runs a shell command there; `dash` needs the C library alone.
fn shell(command: &str) -> Output {
    fastice_sandbox::permitted().unwrap();
    let root = EmptyRoot::new().unwrap();
    root.add("/bin/dash".as_ref(), "sh").unwrap();
    root.command("/sh").args(["-c", command]).output().unwrap()
}

#[test]
fn holds_the_c_library_and_the_program_alone() {
    let output = shell("echo /* /lib*/* /lib/*/*");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "/lib /lib64 /sh /lib/x86_64-linux-gnu /lib64/ld-linux-x86-64.so.2 \
         /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libdl.so.2 /lib/x86_64-linux-gnu/libm.so.6 \
         /lib/x86_64-linux-gnu/libpthread.so.0 /lib/x86_64-linux-gnu/libresolv.so.2 \
         /lib/x86_64-linux-gnu/librt.so.1 /lib/x86_64-linux-gnu/libutil.so.1\n"
    );
}

#[test]
fn cannot_be_written() {
    let output = shell("echo x > /file");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("Read-only file system"), "{text}");
}

#[test]
fn passes_on_the_exit_status() {
    assert_eq!(shell("exit 7").status.code(), Some(7));
}

#[test]
fn leaves_nothing_mounted() {
    let before = mounts();
    assert!(shell("true").status.success());
    assert_eq!(mounts(), before);
}

fn mounts() -> String {
    let output = Command::new("grep")
        .args(["empty-root-", "/proc/self/mounts"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn is_furnished_without_a_place_to_write() {
    fastice_sandbox::permitted().unwrap();
    let mut root = EmptyRoot::new().unwrap();
    root.add("/bin/dash".as_ref(), "sh").unwrap();
    root.bind("/bin/echo".as_ref(), "/tools/echo");
    root.bind("/etc".as_ref(), "/tools/etc");
    root.furnish();
    root.writable("/data");
    let script = "
        /tools/echo /proc/self/stat* /proc/1/comm /dev/* /tools/etc/passwd
        for file in /file /tmp/file /tools/echo /tools/etc/file; do (: > $file) 2>/dev/null && echo $file can be written; done
        echo text > /data/file && echo text > /dev/shm/file && read text < /data/file && echo $text
        kill -TERM $$";
    let output = root.command("/sh").args(["-c", script]).output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stdout).unwrap()),
        (
            Some(128 + 15),
            "/proc/self/stat /proc/self/statm /proc/self/status /proc/1/comm \
             /dev/full /dev/null /dev/random /dev/shm /dev/urandom /dev/zero /tools/etc/passwd\ntext\n"
                .to_owned()
        )
    );
}
