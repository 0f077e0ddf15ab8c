"""Touches what depends on the system: each compiled-in library, and functions that came to the C library over time."""

import asyncio
import bz2
import ctypes
import curses
import decimal
import hashlib
import lzma
import multiprocessing
import os
import random
import readline
import select
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
import uuid
import zlib


def square(number):
    return number * number


def libraries():
    yield "ssl", ssl.create_default_context().verify_mode.name
    yield "hashlib", hashlib.new("sha512_256", b"x").hexdigest()[:8], hashlib.scrypt(b"x", salt=b"y", n=2, r=1, p=1).hex()[:8]
    with sqlite3.connect(":memory:") as connection:
        yield "sqlite3", connection.execute("select json_extract('[1, 2]', '$[1]'), sqrt(2.0)").fetchone()
    yield "compression", [len(module.compress(b"x" * 1000)) for module in (bz2, lzma, zlib)]
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(square)
    yield "ctypes", callback(7), ctypes.CDLL(None).abs(-3)
    yield "decimal", decimal.Decimal(2).sqrt()
    yield "curses", hasattr(curses, "initscr"), readline.backend
    yield "uuid", uuid.uuid1().version


def processes():
    # Nothing that is open here is open there.
    os.set_inheritable(os.open("/", os.O_RDONLY), True)
    listing = subprocess.run(["/bin/ls", "/proc/self/fd"], capture_output=True, check=True).stdout
    yield "descriptors of a child", len(listing.split())
    yield "subprocess", subprocess.run(["/bin/echo", "hello"], capture_output=True, check=True).stdout
    pid = os.posix_spawn("/bin/echo", ["echo"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    yield "posix_spawn", os.waitpid(pid, 0)[1]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        yield "fork", pool.map(square, range(4))
    yield "environment", sorted(set(os.environ) - {"PWD", "OLDPWD"}), time.tzname[0]


def threads():
    lock = threading.Lock()
    lock.acquire()
    begin = time.monotonic()
    yield "lock", lock.acquire(timeout=0.05), 0.04 < time.monotonic() - begin < 20
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    yield "interrupted lock", lock.acquire(timeout=0.05)

    async def double(number):
        await asyncio.sleep(0.001)
        return await asyncio.to_thread(square, number)

    async def gather():
        return await asyncio.gather(*map(double, range(3)))

    yield "asyncio", asyncio.run(gather())


def system_calls():
    descriptor = os.memfd_create("memory")
    os.pwritev(descriptor, [b"ab", b"cd"], 0)
    yield "memfd", os.preadv(descriptor, [bytearray(4)], 0), os.fstat(descriptor).st_size
    other = os.memfd_create("other")
    yield "copy", os.copy_file_range(descriptor, other, 4, 0, 0), os.pread(other, 9, 0)
    yield "random", len(os.getrandom(8)), len(os.urandom(8)), 0 <= random.SystemRandom().random() < 1
    left, right = socket.socketpair()
    left.send(b"x")
    yield "select", len(select.select([right], [], [], 1)[0]), select.epoll().fileno() > 0
    os.closerange(40, 60)
    yield "stat", os.stat("/").st_ino == os.lstat("/").st_ino, os.access("/", os.R_OK), os.statvfs("/").f_namemax > 0


def main():
    for subject in (libraries, processes, threads, system_calls):
        for line in subject():
            print(*line)
    print(sys.version_info[:2], sys.getfilesystemencoding(), "ä", file=sys.stderr)


if __name__ == "__main__":
    main()
