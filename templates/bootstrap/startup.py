"""Runs what Python runs at every start: lines of code in `.pth` files, as site.addpackage() does it."""

import os
import sys


def run(*lines):
    """Runs `lines`: path of the file, number and code of each. A file with an error is not gone on with."""
    failed = set()
    for fullname, number, line in lines:
        if fullname in failed:
            continue
        # The code may look at these variables of site.addpackage().
        sitedir, name = os.path.split(fullname)
        try:
            exec(line)
        except Exception as error:
            failed.add(fullname)
            report(fullname, number, error)


def report(fullname, number, error):
    """Tells about an error in the words of `site`."""
    import traceback

    print(f"Error processing line {number:d} of {fullname}:\n", file=sys.stderr)
    for record in traceback.format_exception(error):
        for line in record.splitlines():
            print("  " + line, file=sys.stderr)
    print("\nRemainder of file ignored", file=sys.stderr)
