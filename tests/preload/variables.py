import os

QUIET = os.environ.get("AWKWARD_QUIET")
LEVEL = int(os.getenv("AWKWARD_LEVEL", "3"))
PATH = os.environ["PATH"]
COUNT = len(os.environ)
os.environ["AWKWARD_SET"] = "by the import"


def facts():
    return [QUIET, LEVEL, PATH == os.environ["PATH"], COUNT - len(os.environ), os.environ["AWKWARD_SET"],
            os.popen("echo $AWKWARD_SET").read()]
