import contextvars, ctypes, dataclasses, decimal, enum, functools, re, sqlite3, ssl, hashlib, typing, zoneinfo


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int)]


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass(frozen=True)
class Data:
    a: int
    b: typing.Optional[str] = None


VARIABLE = contextvars.ContextVar("variable", default=1)
VARIABLE.set(2)
POINT = Point(3)
BIG = list(range(100_000))
TABLE = {str(i): i for i in range(1000)}
PATTERN = re.compile("a+(b)")
SUM = decimal.Decimal("1.1") + 1
DATABASE = sqlite3.connect(":memory:")
DIGEST = hashlib.sha256(b"x")
CONTEXT = ssl.create_default_context()


@functools.lru_cache
def cached(x):
    return x


cached(1)


def facts():
    return [VARIABLE.get(), POINT.x, sum(BIG), TABLE["7"], PATTERN.match("aab").groups(), str(SUM), Colour.RED, Data(1),
            DATABASE.execute("select 1").fetchall(), DIGEST.hexdigest()[:8], CONTEXT.verify_mode, cached.cache_info(),
            str(zoneinfo.ZoneInfo("Europe/Vienna").utcoffset(None))]
