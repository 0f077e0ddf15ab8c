"""Types at the prompt of `sys.argv[1]` on a terminal of its own and waits for what is to come."""

import os
import pty
import select
import sys
import time

PROGRAM, TERM = sys.argv[1:]
PATIENCE = 120


def session(*steps):
    """Each step: what is typed, and what is awaited then."""
    pid, terminal = pty.fork()
    if pid == 0:
        variables = {"HOME": os.environ["HOME"], "TERM": TERM, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        os.execve(PROGRAM, ["python", "-q"], variables)
    seen = b""
    end = time.monotonic() + PATIENCE
    for keys, awaited in steps:
        os.write(terminal, keys)
        seen = b""
        while awaited not in seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([terminal], [], [], left)[0]:
                sys.exit(f"{awaited} did not come after {keys}, but {seen}")
            try:
                seen += os.read(terminal, 4096)
            except OSError:
                sys.exit(f"the interpreter ended before {awaited} came after {keys}: {seen}")
    os.write(terminal, b"\x04")
    try:
        # Until it has ended: a terminal that nobody reads fills up.
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# Ctrl-P is the line before.
print(session((b"", b">>> "), (b"some_value = 6 * 7\r", b">>> "), (b"print('is', some_v\t)\r", b"is 42")))
print(session((b"", b">>> "), (b"\x10\x10\r", b">>> "), (b"print('was', some_value)\r", b"was 42")))
with open(os.path.expanduser("~/.python_history")) as file:
    # libedit writes spaces so.
    print("some_value = 6 * 7" in [line.rstrip().replace(r"\040", " ") for line in file])
