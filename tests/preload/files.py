import mmap, os

FILE = open("/etc/hostname", "rb") if os.path.exists("/etc/hostname") else open("/dev/null", "rb")
MAP = mmap.mmap(-1, 4096)
MAP.write(b"mapped")
READ, WRITE = os.pipe()


def facts():
    os.write(WRITE, b"piped")
    return [FILE.closed, FILE.fileno() > 2, MAP[:6], os.read(READ, 5)]
