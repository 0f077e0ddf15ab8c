"""Ways to the files that their paths do not show."""

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
for p in '//' + ROOT[1:] + '/runme', '/./' + ROOT[1:] + '/runme', '/tmp/..' + ROOT + '/runme', '/usr/bin/../..' + ROOT + '/runme', '/proc/self/cwd/' + os.path.relpath('/', HERE) + ROOT + '/runme', '/proc/self/root' + ROOT + '/runme', '/tmp/.' + '/..' + ROOT, '/usr/lib/../..' + ROOT + '/runme', '/missing/..' + ROOT + '/runme', './' + os.path.relpath(ROOT + '/runme'):
    label = 'relative' if p[0] == '.' else p.replace(ROOT[1:], '<root>').replace(os.path.relpath('/', HERE), '<up>')
    show('odd open ' + label, lambda: os.open(p, os.O_RDONLY) > 2); show('odd stat ' + label, lambda: st(os.stat(p))); show('odd listdir ' + label, lambda: sorted(os.listdir(os.path.abspath(p) if p[0] == '.' else p))); show('odd run ' + label, lambda: subprocess.run([p, 'x'], capture_output=True).stdout)
    show('odd access ' + label, os.access, p, 4); show('odd realpath ' + label, os.path.realpath, p); show('odd c realpath ' + label, lambda: rp(p.encode()))
t = tempfile.mkdtemp()
os.symlink(ROOT, t + '/dir'); os.symlink(W, t + '/file'); os.symlink('dir/runme', t + '/prog'); os.symlink(ROOT + '/missing', t + '/broken'); os.symlink(t + '/dir', t + '/dir2')
for p in 'dir', 'file', 'prog', 'broken', 'dir2', 'dir/data', 'dir2/data/words.txt', 'dir/missing', 'dir/':
    q = t + '/' + p
    for f in (os.stat, os.listdir, open, os.path.exists, os.path.isdir, os.path.isfile, os.path.islink, os.path.realpath, os.readlink):
        def call():
            r = f(q)
            return sorted(r) if isinstance(r, list) else st(r) if isinstance(r, os.stat_result) else r.read(3) if f is open else r
        show(f'link {p} {f.__name__}', call)
    show(f'link {p} lstat', lambda: st(os.lstat(q))[0][0])
    show(f'link {p} access', os.access, q, 4)
    show(f'link {p} open nofollow', lambda: os.open(q, os.O_NOFOLLOW | os.O_RDONLY) > 2)
    show(f'link {p} write', lambda: open(q, 'a'))
    show(f'link {p} run', lambda: subprocess.run([q, 'x'], capture_output=True).stdout)
    show(f'link {p} c realpath', lambda: rp(q.encode()))
    show(f'link {p} chdir', lambda: (os.chdir(q), os.getcwd())); os.chdir(HERE)
show('walk links', lambda: sorted((d[len(t):], sorted(a), sorted(b)) for d, a, b in os.walk(t, followlinks=True))[:4])
show('rglob links', lambda: sorted(str(x)[len(t):] for x in pathlib.Path(t).rglob('*', recurse_symlinks=True))[:10])
shutil.rmtree(t)
