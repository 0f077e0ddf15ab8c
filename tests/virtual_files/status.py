"""The stat family by its C names, and inotify."""

from report import *

def statx(path, flags=0, dirfd=-100):
    b = ctypes.create_string_buffer(256)
    ctypes.set_errno(0)
    r = c.statx(dirfd, path.encode(), flags, 0x7ff, b)
    if r: return cerr()
    import struct
    return struct.unpack_from('<H', b, 28)[0], struct.unpack_from('<Q', b, 40)[0] if stat.S_ISREG(struct.unpack_from('<H', b, 28)[0]) else 0
for a in (W,), (DATA,), (ROOT + '/missing',), ('', 0x1000, fd), ('', 0x1000, D), ('data/words.txt', 0, D), ('', 0, D), ('tool', 0x100, D): show(f'statx {clean(a[0])} {a[1:2]}', statx, *a)
for n in '__xstat', '__xstat64', '__lxstat', '__lxstat64':
    b = ctypes.create_string_buffer(144)
    show(n, lambda: (getattr(c, n)(1, W.encode(), b), b.raw[48:56], getattr(c, n)(1, b'/missing', b)))
for n in '__fxstat', '__fxstat64':
    show(n, lambda: (getattr(c, n)(1, fd, b), b.raw[24:28]))
for n in '__fxstatat', '__fxstatat64':
    show(n, lambda: (getattr(c, n)(1, D, b'data/words.txt', b, 0), b.raw[24:28]))
for n in 'stat', 'stat64', 'lstat', 'lstat64': show('c ' + n, lambda: (getattr(c, n)(W.encode(), b), b.raw[48:56]))
for n in 'fstat', 'fstat64': show('c ' + n, lambda: (getattr(c, n)(fd, b), b.raw[48:56]))
show('stat null', lambda: (c.stat(None, b), cerr()))
show('open null', lambda: (c.open(None, 0), cerr()))
for n in 'faccessat',: show(n, lambda: [c[n](D, b'tool', m, fl) for m in (0, 1, 2, 4) for fl in (0, 0x200, 0x100)])
def inotify():
    i = c.inotify_init1(0o4000)
    ctypes.set_errno(0)
    a = c.inotify_add_watch(i, DATA.encode(), 0xfff); e = cerr()
    b = c.inotify_add_watch(i, W.encode(), 0xfff)
    again = c.inotify_add_watch(i, DATA.encode(), 0xfff)
    ctypes.set_errno(0); m = c.inotify_add_watch(i, (ROOT + '/missing').encode(), 0xfff), cerr()
    ctypes.set_errno(0); o = c.inotify_add_watch(i, W.encode(), 0xfff | 0x01000000), cerr()
    r = c.inotify_rm_watch(i, a)
    open(W).read(1)
    return a > 0, b > 0, a == again, m, o, r
show('inotify', inotify)
