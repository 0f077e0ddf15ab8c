//! The files of a frozen program, as its Python code and native code see them.
//!
//! Each program checks itself: it compares the tree with what it knows of it, and an exception is a failure.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use support::{Workspace, stderr, stdout};

/// Names that the programs use.
const PRELUDE: &str = r"
import ctypes, errno, glob, io, mmap, os, pathlib, shutil, sqlite3, stat, subprocess, sys, tempfile, zipfile

ROOT = '/fastice'
APP = os.path.dirname(__file__)
LIBRARY = os.path.dirname(os.__file__)
WORDS = APP + '/data/words.txt'
TEXT = 'one two\n' * 1000


def error(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except OSError as e:
        return errno.errorcode[e.errno]
    return 'no error'


def equal(left, right):
    if left != right:
        raise SystemExit(f'{left!r} != {right!r}')
";

/// Freezes a directory with some data and this program in it, runs it, and expects it to find everything right.
fn check(program: &str) {
    let workspace = Workspace::new();
    workspace
        .file("app/__main__.py", &format!("{PRELUDE}{program}"))
        .file("app/data/words.txt", &"one two\n".repeat(1000))
        .file("app/data/empty", "")
        .file("app/data/deep/er/leaf.txt", "leaf")
        .file("outside.txt", "outside");
    let program = workspace.freeze(&["app"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (output.status.code(), stdout(&output), stderr(&output)),
        (Some(0), String::new(), String::new())
    );
}

/// Writes the files of `executable` into `directory`, as the tree shows them.
fn unpack(executable: &Path, directory: &Path) {
    let mut archive = zip::ZipArchive::new(fs_err::File::open(executable).unwrap()).unwrap();
    archive.extract(directory).unwrap();
    // 1980-01-01
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_hours(87_648);
    let times = std::fs::FileTimes::new()
        .set_accessed(time)
        .set_modified(time);
    for entry in walkdir::WalkDir::new(directory).contents_first(true) {
        let path = entry.unwrap().into_path();
        let mode = fs_err::metadata(&path).unwrap().permissions().mode();
        fs_err::File::open(&path)
            .unwrap()
            .file()
            .set_times(times)
            .unwrap();
        let mode = if mode & 0o100 == 0 { 0o444 } else { 0o555 };
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// The tree against a disk: `tests/virtual_files` prints what comes of some 2,600 calls.
#[test]
fn files_behave_as_on_a_read_only_disk() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    for entry in fs_err::read_dir("tests/virtual_files").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            let name = path.file_name().unwrap().to_str().unwrap();
            workspace.file(
                &format!("app/{name}"),
                &fs_err::read_to_string(&path).unwrap(),
            );
        }
    }
    workspace
        .file("app/data/words.txt", &"one two\n".repeat(1000))
        .file("app/data/empty", "")
        .file("app/data/deep/er/leaf.txt", "leaf")
        .file("app/ümlaut/ñ.txt", "n")
        .file("app/runme", "#!/bin/sh\necho \"$@\"\n")
        .file("frozen/outside.txt", "outside")
        .file("plain/outside.txt", "outside");
    fs_err::copy("/bin/echo", workspace.path("app/tool")).unwrap();
    fs_err::set_permissions(
        workspace.path("app/runme"),
        std::fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    prepare(&workspace);
    let program = workspace.freeze(&["app"]);
    let tree = workspace.path("tree");
    unpack(&program, &tree);
    let frozen = workspace
        .command(&program)
        .current_dir(workspace.path("frozen"))
        .output()
        .unwrap();
    let plain = fastice_sandbox::read_only(&tree, support::python())
        .current_dir(workspace.path("plain"))
        .args(["-P", "-B"])
        .args([tree.join("app/__main__.py"), tree.join("app")])
        .env("PYTHONPATH", tree.join("app"))
        .output()
        .unwrap();
    let differences: Vec<(String, String)> = lines(&plain)
        .into_iter()
        .zip(lines(&frozen))
        .filter(|(plain, frozen)| plain != frozen)
        .collect();
    assert!(differences.is_empty(), "plain, frozen: {differences:#?}");
    assert_eq!(stdout(&plain).len(), stdout(&frozen).len());
    assert!(stdout(&plain).lines().count() > 2000);
    // So that the directory can be removed.
    for entry in walkdir::WalkDir::new(&tree) {
        let path = entry.unwrap().into_path();
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// What a program printed, with what it said to people at the end.
fn lines(output: &Output) -> Vec<String> {
    let mut lines: Vec<String> = stdout(output).lines().map(str::to_owned).collect();
    lines.push(format!("{} {}", output.status, stderr(output)));
    lines
}

/// Files for the libraries: a database, an archive and a certificate.
fn prepare(workspace: &Workspace) {
    let script = "
import sqlite3, zipfile
c = sqlite3.connect('app/base.sqlite')
c.execute('create table t (x)')
c.execute('insert into t values (42)')
c.commit()
with zipfile.ZipFile('app/data.zip', 'w') as archive:
    archive.writestr('name.txt', 'zipped')
    archive.writestr('zmod.py', 'X = 1')
";
    let output = workspace
        .command(&support::python())
        .args(["-c", script])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let certificate = "req -x509 -newkey rsa:2048 -nodes -keyout app/ca.key -out app/ca.pem -days 3650 -subj /CN=test";
    let output = workspace
        .command(Path::new("openssl"))
        .args(certificate.split(' '))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn files_are_read_in_every_way() {
    check(
        r"
equal(open(WORDS).read(), TEXT)
equal(pathlib.Path(WORDS).read_text(), TEXT)
equal(io.open_code(WORDS).read(), TEXT.encode())
equal(open(APP + '/data/empty').read(), '')
with open(WORDS, 'rb') as file:
    equal(file.seek(-4, os.SEEK_END), len(TEXT) - 4)
    equal(file.read(), b'two\n')
    other = os.dup(file.fileno())
    equal(os.pread(other, 3, 4), b'two')
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        equal(memory[:3], b'one')
    with tempfile.TemporaryFile() as copy:
        equal(os.sendfile(copy.fileno(), other, 0, 100), 100)
    equal(subprocess.run(['cat'], stdin=open(WORDS), capture_output=True).stdout, TEXT.encode())
equal(os.get_inheritable(os.open(WORDS, os.O_RDONLY)), False)
c = ctypes.CDLL(None, use_errno=True)
c.fopen.restype = c.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(c.fopen(WORDS.encode(), b'r'))
line = ctypes.create_string_buffer(100)
c.fgets(line, 100, stream)
equal(line.value, b'one two\n')
equal(c.fopen(WORDS.encode(), b'a'), None)
equal(ctypes.get_errno(), errno.EROFS)
",
    );
}

#[test]
fn descriptors_are_independent_and_many() {
    check(
        r"
first, second = open(WORDS), open(WORDS)
equal((first.read(3), second.read(7)), ('one', 'one two'))
descriptors = [os.open(WORDS, os.O_RDONLY) for _ in range(200)]
equal(len(set(descriptors)), 200)
for descriptor in descriptors:
    equal(os.read(descriptor, 3), b'one')
    os.close(descriptor)
equal(error(os.write, first.fileno(), b'x') in ('EBADF', 'EPERM'), True)
equal(error(os.ftruncate, first.fileno(), 0) in ('EINVAL', 'EPERM', 'EBADF'), True)
equal(second.read(), TEXT[7:])
",
    );
}

#[test]
fn status_is_the_same_by_path_and_by_descriptor() {
    check(
        r"
for path in WORDS, APP + '/data':
    descriptor = os.open(path, os.O_RDONLY)
    equal(os.fstat(descriptor), os.stat(path))
    equal(os.lstat(path), os.stat(path))
    equal(os.stat(descriptor), os.stat(path))
    os.close(descriptor)
status = os.stat(WORDS)
equal(stat.filemode(status.st_mode), '-r--r--r--')
equal(stat.filemode(os.stat(APP).st_mode), 'dr-xr-xr-x')
equal((status.st_size, status.st_mtime, status.st_uid), (len(TEXT), 315532800, 0))
seen = {os.stat(path).st_ino for path in glob.glob(APP + '/**', recursive=True)}
equal(len(seen), len(set(os.path.normpath(path) for path in glob.glob(APP + '/**', recursive=True))))
equal((os.access(WORDS, os.R_OK), os.access(WORDS, os.W_OK), os.access(WORDS, os.X_OK)), (True, False, False))
equal(os.access(APP, os.X_OK), True)
equal(os.statvfs(APP).f_flag & os.ST_RDONLY, os.ST_RDONLY)
equal(os.pathconf(WORDS, 'PC_NAME_MAX'), 255)
real = os.open('outside.txt', os.O_RDONLY)
os.utime('outside.txt', (315532800, 315532800))
equal(os.fstat(real), os.stat('outside.txt'))
",
    );
}

#[test]
fn directories_are_listed_in_every_way() {
    check(
        r"
equal(sorted(os.listdir(APP)), ['__main__.py', '__pycache__', 'data'])
equal({'app', 'lib'} <= set(os.listdir(ROOT)), True)
for entry in os.scandir(APP + '/data'):
    equal(entry.stat(), os.stat(entry.path))
    equal((entry.inode(), entry.is_dir()), (entry.stat().st_ino, entry.name == 'deep'))
equal([len(files) for _, _, files in os.walk(APP + '/data')], [2, 0, 1])
equal([files for _, _, files, _ in os.fwalk(APP + '/data/deep')], [[], ['leaf.txt']])
equal(glob.glob(APP + '/data/*.txt'), [WORDS])
equal([str(path) for path in pathlib.Path(APP).rglob('leaf*')], [APP + '/data/deep/er/leaf.txt'])
copy = tempfile.mkdtemp()
shutil.copytree(APP + '/data', copy + '/data')
equal(open(copy + '/data/deep/er/leaf.txt').read(), 'leaf')
equal(sum(len(files) for _, _, files in os.walk(LIBRARY)) > 100, True)
c = ctypes.CDLL(None)
names = ctypes.POINTER(ctypes.c_void_p)()
equal(c.scandir((APP + '/data').encode(), ctypes.byref(names), None, c.alphasort), 5)
equal([ctypes.string_at(names[i] + 19) for i in range(5)], [b'.', b'..', b'deep', b'empty', b'words.txt'])
for directory, names, _ in os.walk(copy):
    for name in names:
        os.chmod(os.path.join(directory, name), 0o755)
shutil.rmtree(copy)
",
    );
}

#[test]
fn directory_descriptors_work_as_anywhere() {
    check(
        r"
directory = os.open(APP, os.O_RDONLY | os.O_DIRECTORY)
equal(stat.S_ISDIR(os.fstat(directory).st_mode), True)
for _ in range(2):
    equal(sorted(os.listdir(directory)), sorted(os.listdir(APP)))
equal(open(os.open('data/words.txt', os.O_RDONLY, dir_fd=directory)).read(), TEXT)
equal(os.stat('data', dir_fd=directory), os.stat(APP + '/data'))
equal(os.access('data', os.R_OK, dir_fd=directory), True)
equal(error(os.mkdir, 'new', dir_fd=directory), 'EROFS')
equal(error(os.unlink, 'data/empty', dir_fd=directory), 'EROFS')
copy = os.dup(directory)
os.close(directory)
equal(os.stat('data/../data', dir_fd=copy), os.stat(APP + '/data'))
equal(error(os.stat, 'data', dir_fd=directory), 'EBADF')
real = os.open('.', os.O_RDONLY)
equal(os.stat('outside.txt', dir_fd=real).st_size, 7)
",
    );
}

#[test]
fn writing_fails_as_on_a_read_only_file_system() {
    check(
        r"
for expected, function, *arguments in [
    ('EROFS', open, WORDS, 'w'), ('EROFS', open, WORDS, 'r+'), ('EROFS', open, WORDS, 'a'),
    ('EROFS', open, APP + '/new', 'w'), ('EROFS', open, APP + '/new', 'x'), ('EEXIST', open, WORDS, 'x'),
    ('ENOENT', open, APP + '/missing/new', 'w'), ('ENOTDIR', open, WORDS + '/new', 'w'),
    ('ENOENT', open, APP + '/missing'), ('ENOTDIR', open, WORDS + '/missing'), ('ENOTDIR', open, WORDS + '/'),
    ('EISDIR', open, APP, 'w'), ('EISDIR', open, APP), ('ENOTDIR', os.open, WORDS, os.O_DIRECTORY),
    ('EROFS', os.mkdir, APP + '/new'), ('EEXIST', os.mkdir, APP + '/data'), ('EROFS', os.makedirs, APP + '/a/b'),
    ('EROFS', os.rmdir, APP + '/data'), ('EROFS', os.unlink, WORDS), ('ENOENT', os.unlink, APP + '/missing'),
    ('EROFS', os.rename, WORDS, WORDS + '2'), ('EXDEV', os.rename, WORDS, 'words'), ('EXDEV', os.rename, 'outside.txt', WORDS), ('EROFS', os.link, 'outside.txt', APP + '/new'),
    ('EXDEV', os.link, WORDS, 'words'), ('EROFS', os.symlink, 'target', APP + '/new'), ('EROFS', os.mkfifo, APP + '/new'),
    ('EROFS', os.chmod, WORDS, 0o600), ('EROFS', os.chown, WORDS, 0, 0), ('EROFS', os.utime, WORDS),
    ('EROFS', os.truncate, WORDS, 0), ('EROFS', tempfile.mkstemp, '', '', APP),
    ('ENODATA', os.getxattr, WORDS, 'user.name'), ('EROFS', os.setxattr, WORDS, 'user.name', b''),
    ('EINVAL', os.readlink, WORDS), ('ENOENT', os.readlink, APP + '/missing'),
    ('ENOTDIR', os.listdir, WORDS), ('ENOENT', os.listdir, APP + '/missing'), ('ENOTDIR', os.chdir, WORDS),
    ('ENOENT', os.stat, APP + '/missing'), ('ENOTDIR', os.stat, WORDS + '/missing'),
]:
    equal((function.__name__, arguments, error(function, *arguments)), (function.__name__, arguments, expected))
equal(open('outside.txt').read(), 'outside')
",
    );
}

#[test]
fn paths_lead_into_the_tree_and_out_of_it() {
    check(
        r"
here = os.path.realpath('outside.txt')
for path in WORDS, APP + '//data/./words.txt', APP + '/data/../data/words.txt', '//fastice/app/data/words.txt', \
        '/./fastice/app/data/words.txt', '/fastice/../fastice/app/data/words.txt', os.path.relpath(WORDS):
    equal(open(path).read(), TEXT)
    equal(os.path.realpath(path), WORDS)
equal(open(APP + '/../..' + here).read(), 'outside')
equal(os.path.samefile(APP + '/../../etc', '/etc'), True)
equal([os.path.exists(path) for path in ('/fastic', '/fasticex', '/fastice.txt')], [False] * 3)
equal(pathlib.Path(__file__).resolve(), pathlib.Path(__file__))
c = ctypes.CDLL(None)
c.realpath.restype = c.canonicalize_file_name.restype = ctypes.c_char_p
equal(c.realpath((APP + '/data/..').encode(), None), APP.encode())
equal(c.canonicalize_file_name(b'outside.txt'), here.encode())
",
    );
}

#[test]
fn the_working_directory_can_be_in_the_tree() {
    check(
        r"
outside = os.getcwd()
os.chdir(APP)
equal(os.getcwd(), APP)
equal(open('data/words.txt').read(), TEXT)
equal(sorted(os.listdir('.')), sorted(os.listdir(APP)))
os.chdir('data/deep')
equal((os.getcwd(), os.path.abspath('x'), os.listdir()), (APP + '/data/deep', APP + '/data/deep/x', ['er']))
equal(os.path.samefile('../../../../etc', '/etc'), True)
equal(error(open, 'new', 'w'), 'EROFS')
equal(subprocess.run(['pwd'], capture_output=True, text=True).stdout.strip(), os.path.realpath(outside))
os.fchdir(os.open(APP, os.O_RDONLY))
equal(os.getcwd(), APP)
os.chdir(outside)
equal((os.getcwd(), open('outside.txt').read()), (outside, 'outside'))
",
    );
}

#[test]
fn children_have_working_directories_of_their_own() {
    check(
        r"
import subprocess, sys
outside = os.getcwd()
def where(cwd=None):
    code = 'import os; print(os.getcwd(), os.path.exists(\'words.txt\'))'
    return subprocess.run([sys.executable, '-c', code], cwd=cwd, stdout=-1, text=True).stdout
equal(where(), outside + ' False\n')
equal(where(APP + '/data'), APP + '/data True\n')
equal(where(APP), APP + ' False\n')
# What a child does before it executes its program, it does in the memory of its parent.
equal(os.getcwd(), outside)
os.chdir(APP)
equal((where(), where('data'), where('/tmp')), (APP + ' False\n', APP + '/data True\n', '/tmp False\n'))
subprocess.run(['true'], cwd='/tmp')
equal(os.getcwd(), APP)
if not (child := os.fork()):
    os.chdir('/tmp')
    os._exit(os.getcwd() != '/tmp')
equal((os.waitpid(child, 0)[1], os.getcwd()), (0, APP))
",
    );
}

#[test]
fn libraries_read_files_of_the_tree() {
    let workspace = Workspace::new();
    let database = workspace.path("app/base.sqlite");
    fs_err::create_dir_all(database.parent().unwrap()).unwrap();
    let mut archive =
        zip::ZipWriter::new(fs_err::File::create(workspace.path("app/data.zip")).unwrap());
    archive
        .start_file("name.txt", zip::write::SimpleFileOptions::default())
        .unwrap();
    std::io::Write::write_all(&mut archive, b"zipped").unwrap();
    archive.finish().unwrap();
    let create = format!(
        "import sqlite3; c = sqlite3.connect({database:?}); c.execute('create table t (x)'); \
         c.execute('insert into t values (42)'); c.commit()"
    );
    let made = workspace
        .command(&support::python())
        .args(["-c", &create])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    workspace.file(
        "app/__main__.py",
        &format!(
            "{PRELUDE}
base = sqlite3.connect(f'file:{{APP}}/base.sqlite?mode=ro&immutable=1', uri=True)
equal(base.execute('select x from t').fetchall(), [(42,)])
base = sqlite3.connect(APP + '/base.sqlite')
equal(base.execute('select x from t').fetchall(), [(42,)])
equal(zipfile.ZipFile(APP + '/data.zip').read('name.txt'), b'zipped')
"
        ),
    );
    let program = workspace.freeze(&["app"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
}
