"""Opens, looks at and tries to change what is at a path, in every way."""

from report import *

for path in ('data/words.txt', 'data/empty', 'data', 'data/', 'missing', 'missing/x', 'data/words.txt/', 'data/words.txt/x',
             'data/./words.txt', 'data//words.txt', 'data/../data/words.txt', 'data/missing/../words.txt', 'data/words.txt/../words.txt',
             'ümlaut/ñ.txt', 'n' * 256, 'x/' * 2100, ''):
    full = f'{ROOT}/{path}' if path else ''
    short = path[:30]
    for flags in ('O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_RDONLY|O_CREAT', 'O_WRONLY|O_CREAT', 'O_WRONLY|O_CREAT|O_EXCL', 'O_RDONLY|O_CREAT|O_EXCL', 'O_RDONLY|O_TRUNC',
                  'O_WRONLY|O_APPEND', 'O_RDONLY|O_DIRECTORY', 'O_RDONLY|O_NOFOLLOW', 'O_PATH', 'O_PATH|O_DIRECTORY', 'O_PATH|O_CREAT|O_EXCL', 'O_RDWR|O_TMPFILE', 'O_RDONLY|O_NONBLOCK|O_SYNC', 'O_RDONLY|O_NOATIME'):
        value = 0
        for flag in flags.split('|'):
            value |= getattr(os, flag)
        def opening():
            fd = os.open(full, value)
            try:
                return st(os.fstat(fd))
            finally:
                os.close(fd)
        show(f'open {short} {flags}', opening)
    for mode in 'r', 'rb', 'w', 'a', 'x', 'r+', 'w+', 'a+b', 'rt':
        def opening():
            with open(full, mode) as f:
                return f.read()[:10], f.name, f.mode, f.seekable(), f.writable() if hasattr(f, 'writable') else None
        show(f'python open {short} {mode}', opening)
    c.fopen.restype = c.freopen.restype = c.fdopen.restype = ctypes.c_void_p
    for mode in 'r', 'rb', 're', 'rm', 'r+', 'w', 'wx', 'a', 'a+', 'q', '', 'r,ccs=UTF-8':
        def opening():
            ctypes.set_errno(0)
            f = c.fopen(full.encode(), mode.encode())
            if not f:
                return errno.errorcode[ctypes.get_errno()]
            line = ctypes.create_string_buffer(20)
            got = c.fgets(line, 20, ctypes.c_void_p(f)) if 'ccs' not in mode else 1
            flags = fcntl.fcntl(c.fileno(ctypes.c_void_p(f)), fcntl.F_GETFD)
            c.fclose(ctypes.c_void_p(f))
            return bool(got), line.value, flags
        show(f'fopen {short} {mode}', opening)
    for f in (os.stat, os.lstat, os.listdir, os.path.exists, os.path.isdir, os.path.isfile, os.path.islink, os.path.ismount, os.readlink, os.path.realpath,
              os.path.getmtime):
        def call():
            r = f(full)
            return sorted(r) if f is os.listdir and path != '' else None if f is os.listdir else st(r) if isinstance(r, os.stat_result) else r
        show(f'{f.__name__} {short}', call)
        if f in (os.stat, os.readlink, os.listdir, os.path.realpath):
            def call():
                r = f(os.fsencode(full))
                return sorted(r) if f is os.listdir and path != '' else None if f is os.listdir else st(r) if isinstance(r, os.stat_result) else r
            show(f'{f.__name__} bytes {short}', call)
    show(f'realpath strict {short}', os.path.realpath, full, strict=True)
    for mode in 0, 1, 2, 4, 5, 6, 7:
        show(f'access {short} {mode}', os.access, full, mode)
        show(f'access effective {short} {mode}', os.access, full, mode, effective_ids=True)
        show(f'access nofollow {short} {mode}', os.access, full, mode, follow_symlinks=False)
        def eaccess(name):
            ctypes.set_errno(0)
            return c[name](full.encode(), mode), errno.errorcode.get(ctypes.get_errno())
        show(f'eaccess {short} {mode}', eaccess, 'eaccess')
        show(f'euidaccess {short} {mode}', eaccess, 'euidaccess')
    for f, *a in ((os.chmod, 0o600), (os.chown, 0, 0), (os.lchown, 0, 0), (os.utime,), (os.truncate, 0), (os.mkfifo,), (os.mknod,), (os.setxattr, 'user.a', b''), (os.removexattr, 'user.a'), (os.getxattr, 'user.a'), (os.listxattr,)):
        show(f'{f.__name__} {short}', f, full, *a)
    # Of what is missing, a read-only disk says EROFS; the tree says ENOENT, as a disk that can be written does.
    if os.path.lexists(full):
        for f in os.unlink, os.rmdir, os.remove:
            show(f'{f.__name__} {short}', f, full)
        show(f'rename {short}', os.rename, full, ROOT + '/new')
        show(f'rename to {short}', os.rename, W, full)
        show(f'rename from out {short}', os.rename, HERE + '/outside.txt', full)
        show(f'rename out {short}', os.rename, full, HERE + '/outside2.txt')
        show(f'replace out {short}', os.replace, full, HERE + '/outside2.txt')
        show(f'link {short}', os.link, full, ROOT + '/new')
        show(f'link out {short}', os.link, full, HERE + '/outside2.txt')
        show(f'link in {short}', os.link, HERE + '/outside.txt', full)
    show(f'mkdir {short}', os.mkdir, full)
    show(f'symlink {short}', os.symlink, 'x', full)
    show(f'chdir {short}', lambda: (os.chdir(full), os.getcwd()))
    os.chdir(HERE)
    show(f'pathconf {short}', os.pathconf, full, 'PC_NAME_MAX')
    show(f'statvfs {short}', lambda: (os.statvfs(full).f_flag & os.ST_RDONLY, os.statvfs(full).f_namemax))
    show(f'shutil.which {short}', shutil.which, full)
    show(f'disk_usage {short}', lambda: shutil.disk_usage(full).free * 0)
