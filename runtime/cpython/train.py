"""The training task: what a frozen program typically makes the interpreter do.

`cargo xtask runtime` runs it once in an interpreter that counts which branches are taken; gcc then lays out
the final interpreter by those counts. It need not be fair, only broad: starting, importing, and each kind
of bytecode and built-in object in everyday use. It uses nothing but the standard library, writes no file
outside a temporary directory, and takes about 20 seconds in the instrumented interpreter.

Each function below is one subject. The decorator `subject` says how often it is repeated.
"""

import subprocess
import sys

SUBJECTS = []


def subject(times):
    def register(function):
        SUBJECTS.append((function, times))
        return function

    return register


# Starting and importing happen in processes of their own.

COMMON_MODULES = """
argparse ast asyncio base64 collections concurrent.futures configparser contextlib copy csv dataclasses
datetime decimal email.message enum functools gzip hashlib heapq html http.client importlib.metadata inspect
io ipaddress itertools json logging.config multiprocessing operator os pathlib pickle platform queue random re
secrets shutil signal socket sqlite3 ssl statistics string struct subprocess tempfile textwrap threading time
tomllib traceback typing unittest.mock urllib.parse urllib.request uuid warnings weakref xml.etree.ElementTree
zipfile zlib zoneinfo
""".split()


def start_programs():
    for _ in range(10):
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True)
    everything = "import " + ", ".join(COMMON_MODULES)
    for _ in range(3):
        subprocess.run([sys.executable, "-c", everything], check=True)
    compiling = "import sys; sys.dont_write_bytecode = True; "
    subprocess.run([sys.executable, "-c", compiling + everything], check=True)


# Functions and classes.


@subject(36)
def calls():
    def positional(a, b, c):
        return a + b + c

    def defaults(a, b=2, *rest, key=3, **others):
        return a + b + key + len(rest) + len(others)

    def adder(step):
        total = 0

        def add(n):
            nonlocal total
            total += n * step
            return total

        return add

    def towers(n, a="a", b="b", c="c"):
        return 0 if n == 0 else towers(n - 1, a, c, b) + 1 + towers(n - 1, c, b, a)

    add = adder(3)
    arguments, options = (1, 2, 3), {"key": 4, "more": 5}
    for i in range(1500):
        positional(i, 1, 2)
        positional(*arguments)
        defaults(i)
        defaults(i, 5, 6, 7, key=1)
        defaults(i, **options)
        add(i)
        (lambda x: x * 2)(i)
    towers(9)
    print_to = [str, repr, int, bool, abs, hash, id]
    for function in print_to * 100:
        function(12)


@subject(36)
def classes():
    import abc
    import dataclasses
    import enum
    import functools

    class Shape(abc.ABC):
        count = 0

        def __init__(self, name):
            self.name = name
            type(self).count += 1

        @abc.abstractmethod
        def area(self): ...

        @property
        def title(self):
            return self.name.title()

        @classmethod
        def named(cls, name):
            return cls(name, 2)

        @staticmethod
        def double(x):
            return x + x

        def __lt__(self, other):
            return self.area() < other.area()

    class Square(Shape):
        def __init__(self, name, side):
            super().__init__(name)
            self.side = side

        def area(self):
            return self.side * self.side

    class Circle(Shape):
        __slots__ = ("radius",)

        def __init__(self, name, radius):
            super().__init__(name)
            self.radius = radius

        def area(self):
            return 3.14159 * self.radius**2

        @functools.cached_property
        def rounded(self):
            return round(self.area())

    class Lazy:
        def __getattr__(self, name):
            if name.startswith("known"):
                value = self.__dict__[name] = len(name)
                return value
            raise AttributeError(name)

        def __setitem__(self, key, value):
            self.last = key, value

        def __getitem__(self, key):
            return key

        def __contains__(self, key):
            return key == "x"

        def __call__(self, *arguments):
            return arguments

        def __iter__(self):
            return iter((1, 2, 3))

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return False

    @dataclasses.dataclass(order=True, frozen=True)
    class Version:
        major: int
        minor: int = 0
        tags: tuple = ()

    class Colour(enum.Enum):
        RED = 1
        GREEN = 2

    class Mode(enum.Flag):
        READ = 1
        WRITE = 2

    shapes = []
    for i in range(300):
        shapes.append(Square.named("square") if i % 2 else Circle("circle", i % 9))
        shape = shapes[-1]
        shape.title, shape.double(i), isinstance(shape, Square), hasattr(shape, "side")
        shape.name += "!"
        getattr(shape, "missing", None)
        lazy = Lazy()
        lazy.known_one, lazy.known_one, hasattr(lazy, "other")
        lazy["k"] = i
        lazy["k"], "x" in lazy, lazy(i), list(lazy)
        with lazy:
            pass
        Version(i % 5, 1) < Version(3), Version(1) == Version(1), hash(Version(2)), repr(Version(1))
        dataclasses.replace(Version(1), minor=i)
        Colour(1 + i % 2), Colour["RED"], Colour.GREEN.name, Mode.READ | Mode.WRITE
    sorted(shapes)
    max(shapes, key=lambda shape: shape.area())
    type("Made", (Square,), {"extra": 1}).__mro__


# Control flow.


@subject(36)
def exceptions():
    import contextlib
    import traceback

    class Trouble(Exception):
        def __init__(self, code):
            super().__init__(f"trouble {code}")
            self.code = code

    def deep(n):
        if n == 0:
            raise Trouble(7)
        try:
            return deep(n - 1)
        finally:
            n += 1

    @contextlib.contextmanager
    def managed():
        try:
            yield 1
        except KeyError:
            pass

    for i in range(300):
        try:
            deep(4)
        except (ValueError, Trouble) as error:
            error.code, str(error), error.__traceback__
        try:
            try:
                {}["missing"]
            except KeyError as error:
                raise ValueError("no such key") from error
        except ValueError as error:
            error.__cause__
        with managed(), contextlib.suppress(IndexError):
            [][i] if i % 2 else {}["a"]
        with contextlib.ExitStack() as stack:
            stack.enter_context(managed())
            stack.callback(len, "x")
        try:
            raise ExceptionGroup("several", [ValueError(1), TypeError(2)])
        except* ValueError:
            pass
        except* TypeError:
            pass
        try:
            next(iter(()))
        except StopIteration:
            pass
        else:
            raise AssertionError
    for _ in range(10):
        try:
            deep(10)
        except Trouble:
            traceback.format_exc()


@subject(36)
def generators():
    import itertools

    def numbers(n):
        for i in range(n):
            received = yield i
            if received:
                yield received

    def walk(tree):
        for item in tree:
            if isinstance(item, list):
                yield from walk(item)
            else:
                yield item

    tree = [1, [2, [3, [4, 5], 6], 7], [8, [9]]] * 20
    for _ in range(15):
        sum(numbers(300)), list(walk(tree)), sum(x * x for x in range(300) if x % 3)
        [x + y for x in range(15) for y in range(15) if x < y]
        {x % 7 for x in range(100)}, {x: str(x) for x in range(100)}
        running = numbers(5)
        next(running), running.send("hello"), running.close()
        list(itertools.chain.from_iterable(zip(range(50), range(50), strict=True)))
        list(itertools.islice(itertools.count(3, 2), 50)), list(itertools.accumulate(range(50)))
        [tuple(group) for _, group in itertools.groupby("aabbbccd" * 10)]
        list(itertools.combinations(range(7), 3)), list(itertools.pairwise(range(60)))


@subject(24)
def matching():
    def describe(value):
        match value:
            case 0 | 1 | None:
                return "small"
            case int(n) if n > 5:
                return n
            case str() as text:
                return text
            case [first, *_, last]:
                return first, last
            case {"kind": "point", "x": x, "y": y}:
                return x + y
            case _:
                return None

    values = [0, 9, "text", [1, 2, 3], {"kind": "point", "x": 1, "y": 2}, None, 3, (4, 5), {"a": 1}]
    for _ in range(250):
        for value in values:
            describe(value)


@subject(18)
def coroutines():
    import asyncio

    async def leaf(n):
        await asyncio.sleep(0)
        return n

    async def branch(n):
        return await leaf(n) + 1

    async def ticks(n):
        for i in range(n):
            yield i
            await asyncio.sleep(0)

    class Resource:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *error):
            await asyncio.sleep(0)

    async def producer(queue):
        for i in range(50):
            await queue.put(i)
        await queue.put(None)

    async def consumer(queue):
        while await queue.get() is not None:
            pass

    async def main():
        for _ in range(8):
            await asyncio.gather(*(branch(i) for i in range(40)))
            [i async for i in ticks(20)]
            async with Resource(), asyncio.timeout(5), asyncio.TaskGroup() as group:
                queue = asyncio.Queue(5)
                group.create_task(producer(queue))
                group.create_task(consumer(queue))
            asyncio.get_running_loop().call_later(0, len, "x")
            await asyncio.to_thread(sum, range(10))

    asyncio.run(main())


# Built-in types.


@subject(36)
def sequences():
    import bisect
    import collections
    import heapq
    import random

    randomly = random.Random(5)
    for _ in range(20):
        numbers = [randomly.randrange(1000) for _ in range(200)]
        sorted(numbers), sorted(numbers, key=lambda n: -n), numbers.sort(reverse=True)
        copy = numbers[:]
        copy.append(1), copy.extend(range(20)), copy.insert(3, 4), copy.pop(), copy.pop(0)
        copy.remove(4), copy.reverse(), copy.count(3), 999 in copy, copy.index(copy[50])
        copy[10:20] = [1, 2]
        copy[5], copy[-1], copy[::3], copy + numbers, copy * 2
        del copy[::2]
        first, second, *rest = copy
        pair = first, second
        pair == (1, 2), hash(pair), pair + (3,), len(rest), min(rest), max(rest), any(rest), all(rest)
        for index, (a, b) in enumerate(zip(numbers, rest)):
            numbers[index] = a + b
        list(map(str, numbers)), list(filter(None, numbers)), list(reversed(numbers)), [*rest, *pair]
        queue = collections.deque(numbers, maxlen=100)
        queue.appendleft(1), queue.rotate(3)
        while queue:
            queue.popleft()
        heap = numbers[:50]
        heapq.heapify(heap)
        while heap:
            heapq.heappop(heap)
        ordered = []
        for number in numbers[:80]:
            bisect.insort(ordered, number)
        grid = [[row * column for column in range(12)] for row in range(12)]
        [sum(column) for column in zip(*grid)]
        for row in range(12):
            for column in range(12):
                grid[row][column] += grid[column][row]


@subject(36)
def mappings():
    import collections

    Point = collections.namedtuple("Point", "x y")
    words = "the cat and the dog and the bird saw a cat on the mat".split()
    for _ in range(40):
        counts = {}
        for word in words * 3:
            counts[word] = counts.get(word, 0) + 1
        for word, count in counts.items():
            word, count
        grouped = collections.defaultdict(list)
        for word in words:
            grouped[len(word)].append(word)
        collections.Counter(words).most_common(2)
        merged = {**counts, "extra": 1} | {"other": 2}
        merged.setdefault("a", []), merged.pop("extra"), merged.update(b=1), "b" in merged
        list(merged), list(merged.values()), merged.copy() == merged, dict(zip(words, range(9)))
        numbered = {i: i * i for i in range(100)}
        for i in range(100):
            numbered[i] += 1
            if i % 3 == 0:
                del numbered[i]
        a, b = set(words), {"cat", "fish"}
        a | b, a & b, a - b, a ^ b, a <= b, a.add("x"), a.discard("the"), frozenset(b), len(a)
        chain = collections.ChainMap({"a": 1}, counts)
        chain["cat"], "zebra" in chain
        ordered = collections.OrderedDict(counts)
        ordered.move_to_end("cat")
        point = Point(1, 2)
        point.x + point.y, point._replace(x=3), point._asdict()


@subject(36)
def text():
    import string
    import textwrap

    sample = "Grüße aus Köln: the quick brown fox, 12 dozen eggs and 日本語.\n"
    for i in range(150):
        words = sample.split()
        " ".join(words).upper().lower().title().strip().replace("x", "yy")
        sample.find("fox"), sample.startswith("Gr"), sample.endswith("\n"), "fox" in sample, sample.count("o")
        sample.partition(":"), sample.rsplit(",", 1), sample.splitlines(), sample.index("1"), sample[::-1]
        f"{i:>6} {i / 7:.3f} {sample[:5]!r} {words[0]:<12}|{i:08b} {i:,}"
        "%s %05d %.2f %r" % ("a", i, i / 3, sample[:3])
        "{0[0]} {name!s:^9}".format(words, name="x")
        str(i), repr(sample), int("123"), float("1.5e3"), hash(sample + "!"), ord("é"), chr(233 + i)
        encoded = sample.encode()
        encoded.decode(), encoded.split(b" "), encoded[3:9].hex(), encoded.replace(b"a", b"b"), b"fox" in encoded
        sample.encode("latin-1", "replace").decode("latin-1"), sample.encode("utf-16").decode("utf-16")
        array = bytearray(encoded)
        array[0] = 65
        array.extend(b"xyz"), bytes(array), memoryview(array)[2:6].tobytes()
        collected = ""
        for character in sample:
            if character.isalnum():
                collected += character
            elif character.isspace():
                collected += "_"
        sample.translate({ord("a"): "A"}), sample.casefold(), sample.center(90), sample.zfill(90)
        string.Template("$who likes $what").substitute(who="Ann", what="tea")
    textwrap.fill(sample * 20, 60), textwrap.dedent("  a\n  b")


@subject(36)
def numbers():
    import decimal
    import fractions
    import math
    import random
    import statistics

    total, ratio = 0, 1.0
    for i in range(6000):
        total = (total * 31 + i) % 1_000_003
        total ^= i >> 2
        ratio = ratio * 1.0001 - i / 1e6
        if total > 5 and ratio != 0.5 or i == 3:
            total -= 1
        i // 7, -i, i & 255, divmod(i, 7), abs(total), int(ratio), round(ratio, 2)
    product = 1
    for i in range(1, 150):
        product *= i
    str(product), product // 10**40, product % 97, pow(3, 1000, 10**9 + 7), product.bit_length(), int(str(product))
    math.sqrt(ratio * ratio), math.floor(2.5), math.gcd(84, 36), math.isclose(1, 1), math.sin(1), math.log(2)
    randomly = random.Random(3)
    sample = [randomly.gauss(0, 1) for _ in range(200)]
    statistics.fmean(sample), statistics.stdev(sample), randomly.choice(sample), randomly.shuffle(sample)
    price = decimal.Decimal("19.99")
    for _ in range(60):
        price = (price * decimal.Decimal("1.01")).quantize(decimal.Decimal("0.01"))
    third = sum((fractions.Fraction(1, n) for n in range(1, 25)), fractions.Fraction())
    third.limit_denominator(100), (3 + 4j) * 2j, complex(1, 2).conjugate()
    sieve = bytearray([1]) * 4000
    for i in range(2, 64):
        if sieve[i]:
            sieve[i * i :: i] = bytes(len(range(i * i, 4000, i)))


# The standard library.


@subject(24)
def serialization():
    import base64
    import copy
    import csv
    import gzip
    import hashlib
    import io
    import json
    import marshal
    import pickle
    import struct
    import tomllib
    import zlib

    record = {
        "id": 17,
        "name": "Zoë",
        "tags": ["a", "b", "longer tag"],
        "nested": {"pi": 3.14159, "none": None, "yes": True, "list": list(range(30))},
    }
    records = [dict(record, id=i) for i in range(30)]
    for _ in range(12):
        document = json.dumps(records)
        json.loads(document), json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)
        for protocol in (2, pickle.HIGHEST_PROTOCOL):
            pickle.loads(pickle.dumps(records, protocol))
        marshal.loads(marshal.dumps(records))
        copy.deepcopy(records[:5]), copy.copy(record)
        table = io.StringIO()
        writer = csv.DictWriter(table, ["id", "name"])
        writer.writeheader()
        writer.writerows({"id": r["id"], "name": r["name"]} for r in records)
        table.seek(0)
        list(csv.DictReader(table))
        data = document.encode()
        hashlib.sha256(data).hexdigest(), hashlib.md5(data).digest(), hashlib.blake2b(data).digest()
        zlib.decompress(zlib.compress(data)), zlib.crc32(data), base64.b64decode(base64.b64encode(data))
        gzip.decompress(gzip.compress(data, 6))
        struct.unpack("<IHd4s", struct.pack("<IHd4s", 1, 2, 3.0, b"four"))
        tomllib.loads('title = "x"\n[table]\nvalues = [1, 2.5, true]\nwhen = 2024-05-06\n')


@subject(24)
def expressions():
    import re

    log = '203.0.113.9 - - [06/May/2024:07:08:09 +0000] "GET /a/b?c=1 HTTP/1.1" 200 512 "-" "agent/1.0"\n' * 15
    line = re.compile(r'(?P<host>\S+) \S+ \S+ \[([^]]+)\] "(\w+) (\S+) [^"]*" (\d{3}) (\d+|-)')
    for _ in range(25):
        [match.groupdict() for match in line.finditer(log)]
        re.findall(r"\b[a-z]+\b", log), re.sub(r"\d+", lambda m: str(len(m[0])), log), re.split(r"[\s,;]+", log)
        re.search(r"(a|b|c)*d?e+$", log, re.M), re.match(r"^\s*$", log), re.fullmatch(r"(?i)GET|POST", "get")
    for i in range(40):
        re._compiler.compile(rf"(?:ab|cd){{1,{i + 1}}}[^x-z]+?(?=end|\d)\w*", 0)


@subject(18)
def times():
    import calendar
    import datetime
    import uuid

    start = datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
    for i in range(250):
        moment = start + datetime.timedelta(days=i, hours=3)
        moment.isoformat(), moment.strftime("%Y-%m-%d %H:%M"), moment.date().weekday(), moment.timestamp()
        datetime.datetime.fromisoformat("2024-05-06T07:08:09+02:00").astimezone(datetime.UTC)
        (moment - start).total_seconds(), moment > start, moment.replace(day=1), str(moment)
        datetime.datetime.strptime("06.05.2024", "%d.%m.%Y")
        uuid.UUID(int=i).hex
    calendar.monthrange(2024, 2)


@subject(12)
def files():
    import configparser
    import pathlib
    import shutil
    import tempfile
    import zipfile

    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for i in range(60):
            path = root / f"directory{i % 6}" / f"file{i}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("line\n" * 50)
            with path.open() as lines:
                sum(len(line.rstrip()) for line in lines)
            path.read_bytes(), path.suffix, path.stem, path.exists(), path.stat().st_size, path.resolve()
        sorted(root.rglob("*.txt")), [entry.name for entry in root.iterdir()]
        with zipfile.ZipFile(root / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in root.glob("directory1/*"):
                archive.write(path, path.name)
        with zipfile.ZipFile(root / "all.zip") as archive:
            [archive.read(name) for name in archive.namelist()]
        shutil.copytree(root / "directory2", root / "copy")
        parser = configparser.ConfigParser()
        parser.read_string("[a]\nx = 1\ny = %(x)s2\n")
        parser["a"]["y"]


@subject(12)
def documents():
    import email
    import html
    import sqlite3
    import urllib.parse
    import xml.etree.ElementTree as tree

    text = "<list>" + "".join(f'<item n="{i}"><name>Item {i}</name></item>' for i in range(80)) + "</list>"
    for _ in range(6):
        root = tree.fromstring(text)
        [item.get("n") for item in root.iter("item")], root.findall("./item/name"), tree.tostring(root)
        html.escape("<a & b>"), html.unescape("&lt;&eacute;")
        urllib.parse.urlsplit("https://example.org:8080/a/b?c=d#e").port
        urllib.parse.parse_qs("a=1&b=%20x"), urllib.parse.urlencode({"q": "ü &"})
        email.message_from_string("Subject: hello\nTo: ann@example.org\n\nText\n").get_payload()
    with sqlite3.connect(":memory:") as database:
        database.execute("create table items (id integer primary key, name text, price real)")
        database.executemany("insert into items (name, price) values (?, ?)", [(f"n{i}", i / 3) for i in range(500)])
        database.execute("select name, sum(price) from items where id > 5 group by name order by 2 desc").fetchall()


@subject(12)
def programs():
    import argparse
    import ast
    import inspect
    import io
    import logging
    import threading
    import typing

    source = inspect.getsource(argparse)
    compile(source, "argparse.py", "exec")
    ast.unparse(ast.parse(source[:20000].rsplit("\nclass ", 1)[0]))
    log = logging.getLogger("training")
    log.propagate = False
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log.addHandler(handler)
    for i in range(150):
        log.info("message %d of %s", i, "many")
        log.debug("never shown")
    log.removeHandler(handler)
    for _ in range(20):
        parser = argparse.ArgumentParser()
        parser.add_argument("files", nargs="*")
        parser.add_argument("--level", type=int, default=1, choices=[1, 2, 3])
        commands = parser.add_subparsers().add_parser("run")
        commands.add_argument("--fast", action="store_true")
        parser.format_help()
    lock, results = threading.Lock(), []

    def work(n):
        for i in range(200):
            with lock:
                results.append(n * i)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    inspect.signature(work), typing.get_type_hints(describe_types)


def describe_types(a: int, b: "list[str] | None" = None) -> dict[str, int]: ...


def main():
    start_programs()
    for function, times in SUBJECTS:
        for _ in range(times):
            function()


if __name__ == "__main__":
    main()
