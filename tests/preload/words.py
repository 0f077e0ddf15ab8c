import locale, sys, warnings

OUT, ERROR, IN = sys.stdout, sys.stderr, sys.stdin
WIDE = sys.stdout.isatty()
ENCODING = sys.stdout.encoding
locale.setlocale(locale.LC_ALL, "C")
warnings.simplefilter("error", BytesWarning)


def facts():
    return [OUT is sys.stdout, ERROR is sys.stderr, IN is sys.stdin, WIDE, ENCODING, locale.setlocale(locale.LC_NUMERIC),
            warnings.filters[0][2].__name__]
