import os, pathlib, platform, socket, sys

HERE = os.getcwd()
ABSOLUTE = os.path.abspath("x")
NAME = socket.gethostname()
NODE = platform.node()
SYSTEM = platform.system()
PROGRAM = sys.argv[0]
ARGUMENTS = list(sys.argv)
EXECUTABLE = sys.executable
HOME = pathlib.Path("~").expanduser()


def facts():
    return [HERE == os.getcwd(), ABSOLUTE, NAME == socket.gethostname(), NODE == NAME, SYSTEM, PROGRAM, ARGUMENTS,
            EXECUTABLE == sys.executable, str(HOME)]
