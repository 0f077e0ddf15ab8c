"""Many threads, many files, other processes."""

from report import *

def many():
    out = []
    def work():
        for i in range(50):
            with open(W) as f, os.scandir(DATA) as it: out.append((len(f.read()), len(list(it))))
    ts = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in ts]; [t.join() for t in ts]
    return len(out), set(out)
show('threads', many)
def lots():
    import resource
    fs = [open(W, 'rb') for _ in range(500)]
    r = {f.read(7) for f in fs}; [f.close() for f in fs]
    return r
show('lots', lots)
def limit():
    import resource
    old = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, old[1]))
    fs = []
    try:
        while True: fs.append(open(W))
    finally:
        [f.close() for f in fs]; resource.setrlimit(resource.RLIMIT_NOFILE, old)
show('EMFILE', limit)
def forks():
    f = open(W)
    f.read(4)
    pid = os.fork()
    if pid == 0: os._exit(0 if os.read(f.fileno(), 1) == b'' or 1 else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
show('fork', forks)
def scm():
    import socket
    a, b = socket.socketpair()
    socket.send_fds(a, [b'x'], [os.open(W, os.O_RDONLY), os.open(ROOT, os.O_RDONLY)])
    _, fds, _, _ = socket.recv_fds(b, 10, 2)
    return os.read(fds[0], 3), st(os.fstat(fds[0])), sorted(os.listdir(fds[1]))
show('scm_rights', scm)
def child(f):
    r = subprocess.run(['/bin/cat'], stdin=f, capture_output=True)
    return len(r.stdout)
show('child stdin', lambda: child(open(W)))
show('child pass_fds', lambda: subprocess.run(['/bin/cat', f'/dev/fd/{fd}'], pass_fds=[fd], capture_output=True).stdout[:3])
