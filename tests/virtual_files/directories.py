"""Directories are listed by Python and by C."""

from report import *

def rel(x): return os.path.relpath(x, ROOT)
show('walk', lambda: sorted((rel(d), sorted(a), sorted(b)) for d, a, b in os.walk(ROOT)))
show('walk bottom up', lambda: sorted((rel(d), sorted(a), sorted(b)) for d, a, b in os.walk(ROOT, topdown=False)))
show('fwalk', lambda: sorted((rel(d), sorted(a), sorted(b), st(os.stat(f))[0], sorted(os.listdir(f))) for d, a, b, f in os.fwalk(ROOT)))
show('fwalk dir_fd', lambda: sorted((d, sorted(a), sorted(b)) for d, a, b, f in os.fwalk('data', dir_fd=os.open(ROOT, os.O_RDONLY))))
show('scandir', lambda: sorted((e.name, e.is_file(), e.is_dir(), e.is_symlink(), e.is_junction(), st(e.stat()), e.inode() == e.stat().st_ino, st(e.stat(follow_symlinks=False)), os.fspath(e)[-5:]) for e in os.scandir(ROOT)))
show('scandir bytes', lambda: sorted(e.name for e in os.scandir(ROOT.encode())))
def scanfd():
    with os.scandir(os.open(ROOT, os.O_RDONLY)) as it: return sorted((e.name, e.path, e.is_dir(), st(e.stat())) for e in it)
show('scandir fd', scanfd)
show('listdir fd', lambda: sorted(os.listdir(os.open(DATA, os.O_RDONLY))))
show('glob', lambda: sorted(glob.glob(ROOT + '/**', recursive=True)))
show('glob root_dir', lambda: sorted(glob.glob('**/*.txt', root_dir=ROOT, recursive=True)))
show('glob dir_fd', lambda: sorted(glob.glob('**/*', dir_fd=os.open(ROOT, os.O_RDONLY), recursive=True)))
show('glob hidden', lambda: sorted(glob.glob('*/[!w]*', root_dir=ROOT, include_hidden=True)))
P = pathlib.Path(ROOT)
show('iterdir', lambda: sorted(map(str, P.iterdir())))
show('rglob', lambda: sorted(map(str, P.rglob('*'))))
show('pglob', lambda: sorted(map(str, P.glob('d*/**/*.txt'))))
show('pwalk', lambda: sorted((str(a), sorted(b), sorted(d)) for a, b, d in P.walk()))
show('path', lambda: [(P / 'data').is_dir(), (P / 'data').exists(), P.is_mount(), P.is_symlink(), (P / 'data/words.txt').is_file(), (P / 'x').is_file(), (P/'data/../data').resolve(), (P/'data').samefile(P/'data/../data'), P.owner(), P.group(), (P/'data').absolute(), (P / 'script').stat().st_mode])
show('touch', (P / 'new').touch)
show('touch existing', (P / 'data/words.txt').touch)
show('mkdir exist_ok', lambda: (P / 'data').mkdir(exist_ok=True))
show('mkdir parents', lambda: (P / 'data/a/b').mkdir(parents=True, exist_ok=True))
show('makedirs', os.makedirs, DATA + '/deep/er', exist_ok=True)
show('makedirs new', os.makedirs, DATA + '/deep/er/x/y', exist_ok=True)
show('write_text', (P / 'new').write_text, 'x')
show('unlink missing_ok', lambda: (P/'data/empty').unlink(missing_ok=True))
show('removedirs', os.removedirs, DATA + '/deep/er')
show('mkstemp', lambda: tempfile.mkstemp(dir=ROOT)[0])
show('NamedTemporaryFile', lambda: tempfile.TemporaryFile(dir=ROOT) and 1)
class dirent(ctypes.Structure):
    _fields_ = [('ino', ctypes.c_ulong), ('off', ctypes.c_long), ('reclen', ctypes.c_ushort), ('type', ctypes.c_ubyte), ('name', ctypes.c_char * 256)]
for n in 'opendir', 'fdopendir': getattr(c, n).restype = ctypes.c_void_p
for n in 'readdir', 'readdir64': getattr(c, n).restype = ctypes.POINTER(dirent)
c.telldir.restype = ctypes.c_long
def cdir(opener):
    d = ctypes.c_void_p(opener())
    if not d.value: return cerr()
    out, second = [], None
    while True:
        e = c.readdir(d)
        if not e: break
        out.append((e.contents.name, e.contents.type, e.contents.ino != 0))
    c.rewinddir(d)
    again = []
    places = []
    while True:
        places.append(c.telldir(d))
        e = c.readdir64(d)
        if not e: break
        again.append(e.contents.name)
    c.seekdir(d, ctypes.c_long(places[2])); third = c.readdir(d).contents.name
    c.seekdir(d, ctypes.c_long(places[0])); first = c.readdir(d).contents.name
    f = c.dirfd(d)
    s = stat.filemode(os.fstat(f).st_mode)
    r = (sorted(out), sorted(again), again[2] == third, again[0] == first, s, c.closedir(d))
    try: os.fstat(f); r += ('still open',)
    except OSError: pass
    return r
show('opendir', cdir, lambda: c.opendir(DATA.encode()))
show('fdopendir', cdir, lambda: c.fdopendir(os.open(DATA, os.O_RDONLY | os.O_DIRECTORY)))
show('opendir file', cdir, lambda: c.opendir(W.encode()))
show('fdopendir file', cdir, lambda: (ctypes.set_errno(0), c.fdopendir(os.open(W, os.O_RDONLY)))[1])
# ftw
FTW = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)
NFTW = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int * 2))
def ftw(name, path=ROOT):
    out = []
    ctypes.set_errno(0)
    r = getattr(c, name)(path.encode(), FTW(lambda p, s, t: out.append((p, t)) or 0), 10)
    return r, cerr() if r else 0, sorted(clean(out))
def nftw(name, flags, path=ROOT, stop=None):
    out = []
    ctypes.set_errno(0)
    r = getattr(c, name)(path.encode(), NFTW(lambda p, s, t, f: out.append((p, t, f.contents[0] - len(path), f.contents[1])) or (stop if stop and p.endswith(b'data') else 0)), 10, flags)
    return r, cerr() if r == -1 else 0, [] if stop else sorted(clean(out))
for n in 'ftw', 'ftw64': show(n, ftw, n); show(n + ' missing', ftw, n, ROOT + '/missing'); show(n + ' file', ftw, n, W)
for n in 'nftw', 'nftw64':
    for flags in 0, 1, 8, 9, 2: show(f'{n} {flags}', nftw, n, flags)
    show(n + ' file', nftw, n, 0, W)
    show(n + ' missing', nftw, n, 0, ROOT + '/missing')
    show(n + ' stop', nftw, n, 0, ROOT, 42)
class glob_t(ctypes.Structure):
    _fields_ = [('c', ctypes.c_size_t), ('v', ctypes.POINTER(ctypes.c_char_p)), ('offs', ctypes.c_size_t), ('flags', ctypes.c_int), ('p', ctypes.c_void_p * 5)]
def cglob(name, pattern, flags):
    g = glob_t()
    r = getattr(c, name)(pattern.encode(), flags, None, ctypes.byref(g))
    out = sorted(g.v[i] for i in range(g.c)), g.flags
    c.globfree(ctypes.byref(g))
    return r, out
for n in 'glob', 'glob64':
    for p in '/*', '/data/*.txt', '/*/words.txt', '/missing*', '/data/words.txt', '/{data,runme}*', '/data/', '/d*/': 
        for f in 0, 2, 16, 1024, 4, 4096+2: show(f'{n} {p} {f}', cglob, n, ROOT + p, f)
    show(n + ' outside', cglob, n, HERE + '/outs*', 0)
