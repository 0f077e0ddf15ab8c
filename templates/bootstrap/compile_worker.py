"""Compiles sources to code objects for the builder, until its standard input ends.

A request is the optimization level (1 byte), the lengths of file name and source (4 bytes each, little endian), the
file name (UTF-8) and the source. The reply is a status (1 byte) and a length (4 bytes), then

- status 0: the source's hash as PEP 552 wants it (8 bytes), whether the compiler warned (1 byte), and the marshaled code
  object;
- status 1: what is wrong: line, column, end line, end column (0 if unknown) and message, separated by NUL.
"""

import _imp
import marshal
import signal
import sys
import warnings
from importlib._bootstrap_external import _RAW_MAGIC_NUMBER as MAGIC


def compile_one(source, filename, optimize):
    try:
        # What importlib's SourceLoader.source_to_code does: the compiler itself decodes the bytes.
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", SyntaxWarning)
            code = compile(source, filename, "exec", dont_inherit=True, optimize=optimize)
        warns = bytes((bool(caught),))
        return 0, _imp.source_hash(MAGIC, source) + warns + marshal.dumps(code)
    except SyntaxError as error:
        place = (error.lineno, error.offset, error.end_lineno, error.end_offset)
        message = error.msg
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        place = (0, 0, 0, 0)
        message = f"{type(error).__name__}: {error}"
    fields = [str(max(number or 0, 0)) for number in place] + [message]
    return 1, "\0".join(fields).encode("utf-8", "replace")


def main():
    # The builder ends its workers itself; a traceback of theirs would only confuse.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    requests = sys.stdin.buffer
    replies = sys.stdout.buffer
    while head := requests.read(9):
        name_length = int.from_bytes(head[1:5], "little")
        source_length = int.from_bytes(head[5:9], "little")
        filename = requests.read(name_length).decode("utf-8")
        source = requests.read(source_length)
        status, payload = compile_one(source, filename, head[0])
        replies.write(bytes((status,)) + len(payload).to_bytes(4, "little"))
        replies.write(payload)
        replies.flush()


main()
