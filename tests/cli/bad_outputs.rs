//! Places where no executable can be written, each with the whole answer.

use insta::assert_snapshot;

use crate::support::{Workspace, in_namespace};

#[test]
fn outputs_that_cannot_be_written() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("precious", "mine");
    workspace.file("dist/script/file", "");
    assert_snapshot!(workspace.run("build script.py -o precious"), @r"
    exit 1
    --- stderr
    error[E0030]: the output `precious` exists, and fastice did not make it
    hint: name another file with `-o`, or overwrite it with `--force`
    ");
    assert_snapshot!(workspace.run("build script.py"), @r"
    exit 1
    --- stderr
    error[E0031]: the output `dist/script` is a directory
    hint: name a file with `-o`
    ");
    assert_snapshot!(workspace.run("build script.py -o precious/script"), @r"
    exit 2
    --- stderr
    error[E0002]: `precious/script` cannot be written
      cause: failed to query resolved metadata `precious/script`: Not a directory (os error 20)
    hint: name another file with `-o`
    ");
    assert_eq!(
        workspace.listing(),
        [
            "dist",
            "dist/script",
            "dist/script/file",
            "precious",
            "script.py"
        ]
    );
}

fn build_below_mount(workspace: &Workspace, mount: &str) -> String {
    let script = format!("{mount} && exec \"$0\" build -q script.py -o mounted/script");
    in_namespace(workspace, &script)
}

#[test]
fn file_systems_that_refuse_the_output() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("mounted/file", "");
    let full = build_below_mount(&workspace, "mount -t tmpfs -o size=1m none mounted");
    assert_snapshot!(full, @r"
    exit 2
    --- stderr
    error[E0032]: there is no room for `mounted/script`
      cause: No space left on device (os error 28)
    hint: name another file with `-o`
    ");
    let read_only = build_below_mount(&workspace, "mount -t tmpfs -o ro none mounted");
    assert_snapshot!(read_only, @r#"
    exit 2
    --- stderr
    error[E0034]: `mounted/script` is on a read-only file system
      cause: Read-only file system (os error 30) at path "[DIR]/mounted/.fastice-[RANDOM]"
    hint: name another file with `-o`
    "#);
    // Nobody may make files there, root included.
    assert_snapshot!(workspace.run("build -q script.py -o /sys/kernel/script"), @r#"
    exit 2
    --- stderr
    error[E0033]: `/sys/kernel/script` may not be written
      cause: Permission denied (os error 13) at path "/sys/kernel/.fastice-[RANDOM]"
    hint: name another file with `-o`
    "#);
    assert_eq!(
        workspace.listing(),
        ["mounted", "mounted/file", "script.py"]
    );
}
