"""Programs among the files are executed."""

from report import *

E = dict(os.environ, PATH=ROOT + ':/usr/bin:/bin')
for args, kw in (([ROOT + '/tool', 'a'], {}), ([ROOT + '/runme', 'a', 'b c'], {}), (['tool', 'x'], {'env': E}), (['runme', 'x'], {'env': E}), ([DATA], {}), ([W], {}), ([ROOT + '/missing'], {}), (['./tool', 'q'], {'cwd': ROOT}), ([ROOT.encode() + b'/tool', b'b'], {}), ([pathlib.Path(ROOT) / 'tool'], {}), (['name0', 'arg'], {'executable': ROOT + '/tool'})):
    for close_fds in True, False:
        def run():
            p = subprocess.run(args, capture_output=True, close_fds=close_fds, **kw)
            return p.returncode, p.stdout[:20], p.stderr[:100]
        show(f'run {[clean(os.fspath(a)) for a in args]} {close_fds} {sorted(kw)}', run)
show('which', lambda: shutil.which('tool', path=ROOT))
show('which none', lambda: shutil.which('words.txt', path=DATA))
for n in 'posix_spawn', 'posix_spawnp':
    show(n, lambda: os.waitstatus_to_exitcode(os.waitpid(getattr(os, n)(ROOT + '/tool', ['tool', '-n'], E), 0)[1]))
    show(n + ' missing', lambda: getattr(os, n)(ROOT + '/toolx', ['tool', '-n'], E))
    show(n + ' script', lambda: os.waitstatus_to_exitcode(os.waitpid(getattr(os, n)(ROOT + '/runme', ['s'], E, file_actions=[(os.POSIX_SPAWN_OPEN, 1, '/dev/null', os.O_WRONLY, 0)]), 0)[1]))
def spawnp_path():
    old = os.environ['PATH']; os.environ['PATH'] = ROOT + ':' + old
    try: return os.waitstatus_to_exitcode(os.waitpid(os.posix_spawnp('tool', ['tool', '-n'], os.environ), 0)[1])
    finally: os.environ['PATH'] = old
show('posix_spawnp PATH', spawnp_path)
def execs(f):
    sys.stdout.flush()
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(w, 1); os.environ['PATH'] = ROOT + ':' + os.environ['PATH']
        try: f()
        except OSError as e: os.write(1, errno.errorcode[e.errno].encode())
        os._exit(3)
    os.close(w)
    out = b''
    while d := os.read(r, 100): out += d
    return out, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
show('execv', execs, lambda: os.execv(ROOT + '/tool', ['tool', 'hello']))
show('execl', execs, lambda: os.execl(ROOT + '/runme', 'tool', 'hello'))
show('execve', execs, lambda: os.execve(ROOT + '/tool', ['tool', 'hello'], {}))
show('execvp', execs, lambda: os.execvp('tool', ['tool', 'hello']))
show('execlp script', execs, lambda: os.execlp('runme', 'script', 'hello'))
show('execvpe', execs, lambda: os.execvpe('tool', ['tool', 'hello'], E))
show('execve fd', execs, lambda: os.execve(os.open(ROOT + '/tool', os.O_RDONLY), ['tool', 'hello'], {}))
show('c execvp', execs, lambda: c.execvp(b'tool', (ctypes.c_char_p * 3)(b'tool', b'hello', None)))
show('c fexecve', execs, lambda: c.fexecve(os.open(ROOT + '/tool', os.O_RDONLY), (ctypes.c_char_p * 3)(b'tool', b'hello', None), (ctypes.c_char_p * 1)(None)))
show('exec missing', execs, lambda: os.execv(ROOT + '/missing', ['x']))
show('exec data', execs, lambda: os.execv(W, ['x']))
show('exec chdir', execs, lambda: (os.chdir(ROOT), os.execv('./tool', ['x', 'rel'])))
def opened_for_child(path):
    r, w = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, w, 1), (os.POSIX_SPAWN_OPEN, 0, path, os.O_RDONLY, 0)]
    try: pid = os.posix_spawn('/bin/cat', ['cat'], E, file_actions=actions)
    finally: os.close(w)
    out = b''
    while d := os.read(r, 1000): out += d
    os.close(r)
    return out[:100], os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
show('spawn open', opened_for_child, W)
show('spawn open again', opened_for_child, W)
show('spawn open missing', opened_for_child, ROOT + '/missing')
