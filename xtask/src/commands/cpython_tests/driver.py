"""Runs CPython's own tests by regrtest and writes what came out as lines of JSON.

    python driver.py RESULTS [option of regrtest]... [test file]...

One line per test file and run of it, appended as soon as it is known:

    {"file": "test_os", "state": "PASSED", "seconds": 1.5, "cases": {"test.test_os.X.test_y": "passed"}}

Outcomes of cases are "passed", "failed" and "skipped". regrtest runs what failed once more; that line comes
later and has only the cases that failed.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

from test.libregrtest.cmdline import _parse_args
from test.libregrtest.main import Regrtest
from test.libregrtest.results import TestResults


def outcome(case):
    """What became of one `testcase` of JUnit's format, as regrtest writes it."""
    if case.find("skipped") is not None:
        return "skipped"
    failed = case.find("failure") is not None or case.find("error") is not None
    return "failed" if failed or case.find("outcome") is not None else "passed"


def cases(result):
    """The outcome of each case that was run, by its full name."""
    found = {}
    for text in result.xml_data or ():
        for case in ElementTree.fromstring(text).iter("testcase"):
            if name := case.get("name"):
                # Two cases can have one name: the worse outcome counts.
                found[name] = max(found.get(name, ""), outcome(case), key=ORDER.index)
    # A case with failed sub-tests has no name there. Here it is `test_x (test.test_y.Class.test_x) (i=1)`;
    # what fails for a whole class or module is `setUpClass (test.test_y.Class)`.
    for description, _ in (result.errors or []) + (result.failures or []):
        if match := re.match(r"\w+ \(([\w.]+)\)", description):
            found[match[1]] = "failed"
    return found


ORDER = ["", "passed", "skipped", "failed"]


class Results(TestResults):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def accumulate_result(self, result, runtests):
        super().accumulate_result(result, runtests)
        line = {
            "file": result.test_name,
            "state": result.state,
            "seconds": result.duration,
            "cases": cases(result),
        }
        with open(self.path, "a", encoding="utf-8") as file:
            print(json.dumps(line), file=file)


def main(path, arguments):
    # The name of a file that is never looked at makes regrtest collect the outcome of every case.
    options = _parse_args([f"--junit-xml={path}.xml", *arguments])
    run = Regrtest(options)
    run.results = run.logger._results = Results(path)
    run.main()


main(sys.argv[1], sys.argv[2:])
