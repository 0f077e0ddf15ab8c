"""Types at the prompt of `sys.argv[1]` on a terminal of its own and waits for what is to come.

Nothing is typed before the prompt stands: until then the terminal itself would take Ctrl-D and the tabulator for its own.
"""

import os
import pty
import select
import signal
import sys
import time

PROGRAM, TERM = sys.argv[1:]
PATIENCE = 120


def session(*steps):
    """Each step: what is typed at the prompt, and what is awaited before the next one."""
    pid, terminal = pty.fork()
    if pid == 0:
        variables = {"HOME": os.environ["HOME"], "TERM": TERM, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        os.execve(PROGRAM, ["python", "-q"], variables)
    end = time.monotonic() + PATIENCE

    def read():
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            return b""
        try:
            return os.read(terminal, 4096)
        except OSError:
            return b""

    seen = b""
    for keys, awaited in steps:
        os.write(terminal, keys)
        for expected in filter(None, (awaited, b">>> ")):
            while expected not in seen:
                new = read()
                if not new:
                    os.kill(pid, signal.SIGKILL)
                    sys.exit(f"{expected} did not come after {keys}, but {seen}")
                seen += new
            seen = seen.partition(expected)[2]
    os.write(terminal, b"\x04")
    # Until it has ended: a terminal that nobody reads fills up.
    while read():
        pass
    if time.monotonic() >= end:
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# Ctrl-P is the line before.
print(session((b"", b""), (b"(some_value := 6 * 7)\r", b"42"), (b"print('is', some_v\t)\r", b"is 42")))
print(session((b"", b""), (b"\x10\x10\r", b"42"), (b"print('was', some_value)\r", b"was 42")))
with open(os.path.expanduser("~/.python_history")) as file:
    # libedit writes spaces so.
    print("(some_value := 6 * 7)" in [line.rstrip().replace(r"\040", " ") for line in file])
