"""The working directory, directory descriptors and realpath."""

from report import *

c.realpath.restype = c.canonicalize_file_name.restype = ctypes.c_void_p
def rp(path, mine=False):
    buffer = ctypes.create_string_buffer(4096) if mine else None
    ctypes.set_errno(0)
    r = c.realpath(path, buffer)
    if not r: return cerr()
    s = ctypes.string_at(r)
    if not mine: c.free(ctypes.c_void_p(r))
    return s
for p in W, DATA + '/../runme', ROOT + '/missing', W + '/', W + '/x', DATA + '/', '', ROOT + '/./data//.':
    show('realpath c ' + clean(p), rp, p.encode()); show('realpath buffer ' + clean(p), rp, p.encode(), True)
show('realpath null', lambda: rp(None))
os.chdir(DATA)
for p in b'words.txt', b'../runme', b'.', b'..', b'missing', b'./deep/..':
    show(f'realpath relative {p}', rp, p)
    show(f'exists relative {p}', os.path.exists, p)
show('getcwd', os.getcwd); show('getcwdb', os.getcwdb)
c.getcwd.restype = c.get_current_dir_name.restype = c.getwd.restype = ctypes.c_void_p
show('c getcwd', lambda: ctypes.string_at(c.getcwd(None, 0)))
show('c getcwd small', lambda: (c.getcwd(ctypes.create_string_buffer(3), 3), cerr()))
show('c get_current_dir_name', lambda: ctypes.string_at(c.get_current_dir_name()))
show('c getwd', lambda: (lambda b: (c.getwd(b), b.value)[1])(ctypes.create_string_buffer(4096)))
show('abspath', os.path.abspath, 'x')
show('relpath', os.path.relpath, W)
show('open relative', lambda: open('words.txt').read(3))
show('listdir', lambda: sorted(os.listdir()))
show('glob relative', lambda: sorted(glob.glob('**', recursive=True)))
show('create', open, 'new', 'w')
show('sqlite relative', lambda: sqlite3.connect('file:../base.sqlite?mode=ro', uri=True).execute('select * from t').fetchall())
os.chdir(DATA); show('chdir ..', lambda: (os.chdir('..'), os.getcwd()))
show('fchdir', lambda: (os.fchdir(os.open('data', os.O_RDONLY)), os.getcwd()))
show('fchdir file', os.fchdir, fd)
show('thread cwd', lambda: (lambda r: (lambda t: (t.start(), t.join(), r))(threading.Thread(target=lambda: r.append(os.getcwd()))))([])[2])
def forked():
    r, w = os.pipe()
    if os.fork() == 0:
        os.write(w, (os.getcwd() + open('words.txt').read(3)).encode()); os._exit(0)
    os.wait(); return os.read(r, 4096)
show('fork cwd', forked)
show('path chdir', lambda: os.path.exists('words.txt'))
os.chdir(HERE)
for f, *a in ((os.open, 'data/words.txt', os.O_WRONLY), (os.open, 'data/missing', os.O_RDONLY), (os.stat, 'data/missing'), (os.readlink, 'data/words.txt'), (os.mkdir, 'n'), (os.mkdir, 'data'), (os.mkfifo, 'n'), (os.mknod, 'n'), (os.unlink, 'data/empty'), (os.rmdir, 'data'), (os.chmod, 'data', 0o700), (os.chown, 'data', 0, 0), (os.utime, 'data'), (os.symlink, 'x', 'n')):
    show(f'dir_fd {f.__name__} {a[0]}', f, *a, dir_fd=D)
show('dir_fd access', os.access, 'tool', os.X_OK, dir_fd=D)
show('dir_fd access w', os.access, 'tool', os.W_OK, dir_fd=D)
show('dir_fd stat', lambda: st(os.stat('tool', dir_fd=D)))
show('dir_fd absolute', lambda: st(os.stat(W, dir_fd=D)))
show('dir_fd of file', lambda: os.stat('x', dir_fd=fd))
show('dir_fd rename', os.rename, 'data/empty', 'n', src_dir_fd=D, dst_dir_fd=D)
show('dir_fd link', os.link, 'data/empty', 'n', src_dir_fd=D, dst_dir_fd=D)
show('dir_fd climb', lambda: os.stat('../../../../../../../../etc', dir_fd=D).st_ino == os.stat('/etc').st_ino)
show('dir_fd O_PATH', lambda: st(os.stat('data', dir_fd=os.open(ROOT, os.O_PATH))))
show('dir fstat', lambda: st(os.fstat(D)))
show('dir fchmod', os.fchmod, D, 0o700)
show('dir utime', os.utime, D, (1, 1))
show('dir still', lambda: sorted(os.listdir(D)))
show('dir fsync', os.fsync, D)
show('dir mmap', lambda: mmap.mmap(D, 1))
show('dir lseek', lambda: os.lseek(D, 0, 0))
opath = os.open(W, os.O_PATH)
show('O_PATH fstat', lambda: st(os.fstat(opath)))
show('O_PATH reopen', lambda: open(f'/proc/self/fd/{opath}').read(3))
