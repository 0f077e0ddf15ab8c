# /// script
# requires-python = ">=3.13"
# dependencies = ["certifi", "idna", "charset-normalizer", "urllib3", "six", "python-dateutil", "pytz", "packaging", "typing_extensions", "filelock", "cachetools", "decorator", "wrapt", "more-itertools", "toolz", "sortedcontainers", "tabulate", "wcwidth", "colorama", "termcolor", "zipp", "importlib_metadata", "importlib_resources"]
#
# [tool.application]
# does = "Small packages that most others need"
# ///
import cachetools
import certifi
import charset_normalizer
import colorama
import dateutil.parser
import dateutil.tz
import idna
import importlib_metadata
import importlib_resources
import more_itertools
import pytz
import six.moves
import sortedcontainers
import tabulate
import termcolor
import toolz
import urllib3
import wcwidth
import wrapt
import zipp

print(open(certifi.where()).read().count("BEGIN") > 50, idna.encode("bücher.de"), charset_normalizer.from_bytes("äöü".encode() * 9).best().encoding)
print(dateutil.parser.parse("2024-02-29T10:00:00+02:00"), dateutil.tz.gettz("Europe/Berlin") is not None, pytz.timezone("Asia/Tokyo").zone)
print(six.moves.urllib.parse.quote("a b"), list(more_itertools.chunked(range(5), 2)), toolz.groupby(len, ["a", "bb"]))
print(sortedcontainers.SortedDict(b=1, a=2), tabulate.tabulate([[1, 2]], headers="ab"), wcwidth.wcswidth("コ"))
print(importlib_metadata.version("six") > "1", importlib_resources.files("certifi").joinpath("cacert.pem").is_file())
print(cachetools.LRUCache(2).maxsize, repr(termcolor.colored("x", "red", force_color=True)))
try:
    urllib3.PoolManager(retries=False).request("GET", "http://127.0.0.1:9/")
except Exception as error:
    print(type(error).__name__)
