import datetime
import faulthandler
import getpass
import locale
import os
import pathlib
import sys
import tempfile
import time
import traceback
import webbrowser
import zoneinfo


def zones():
    moment = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "US/Pacific"):
        zone = zoneinfo.ZoneInfo(name)
        print(name, moment.astimezone(zone), moment.astimezone(zone).tzname())
    print({"Africa/Cairo", "Etc/GMT+5"} <= zoneinfo.available_timezones())
    try:
        zoneinfo.ZoneInfo("Nowhere/Nothing")
    except zoneinfo.ZoneInfoNotFoundError as error:
        print(error)
    print(time.strftime("%Z", time.localtime(0)) if "TZ" not in os.environ else "")


def words():
    print(sys.flags.utf8_mode, sys.stdout.encoding, sys.getfilesystemencoding(), sys.stdin.errors)
    print(locale.getlocale(), locale.getpreferredencoding(), locale.getencoding())
    for name in ("", "de_DE.UTF-8", "C.UTF-8", "nothing"):
        try:
            print(locale.setlocale(locale.LC_ALL, name), locale.localeconv()["decimal_point"], f"{1234567.5:n}")
        except locale.Error as error:
            print(name, error)
    print("naïve ☃", locale.normalize("fr"), locale.strxfrm("a") < locale.strxfrm("b"))


def terminals():
    import curses
    import curses.ascii
    import readline
    import rlcompleter
    import shutil

    print(readline.backend, shutil.get_terminal_size(), curses.ascii.ctrl("a"))
    for name in (None, "xterm", "linux", "vt100", "screen-256color", "tmux-256color", "dumb", "no-such-terminal"):
        try:
            curses.setupterm(name, 1)
        except curses.error as error:
            print(name, error)
        else:
            # CPython sets a terminal up only once.
            print(name, curses.tigetnum("colors"), curses.tigetstr("clear"), curses.tparm(curses.tigetstr("cup") or b"", 1, 2))
    readline.parse_and_bind("tab: complete")
    readline.add_history("line")
    print(readline.get_current_history_length(), rlcompleter.Completer().complete("impor", 0))


def people():
    for call in (getpass.getuser, pathlib.Path.home, lambda: os.path.expanduser("~"), lambda: os.path.expanduser("~nobody"), os.getlogin):
        try:
            print(call())
        except (OSError, KeyError, RuntimeError) as error:
            print(type(error).__name__, error)
    try:
        print(getpass.getpass("Password: "))
    except (EOFError, getpass.GetPassWarning) as error:
        print(type(error).__name__)


def browsers():
    try:
        print(webbrowser.get())
    except webbrowser.Error as error:
        print(error)
    print(webbrowser.open("http://localhost/"))


def temporary():
    print(tempfile.gettempdir(), tempfile.gettempprefix())
    with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
        file.write("text")
        file.seek(0)
        print(file.name, file.read(), os.path.exists(file.name))
    with tempfile.TemporaryDirectory() as directory:
        pathlib.Path(directory, "x").touch()
        print(directory, os.listdir(directory))
    with tempfile.SpooledTemporaryFile(max_size=4) as file:
        file.write(b"more than four")
        print(file._rolled)
    with tempfile.TemporaryFile() as file:
        print(file.write(b"x"))


def debugger():
    value = 1
    breakpoint()
    value += 1
    print("value", value)


def postmortem():
    import pdb

    def broken(value):
        return value / 0

    try:
        broken(7)
    except ZeroDivisionError as error:
        traceback.print_exc()
        pdb.post_mortem(error.__traceback__)
        raise SystemExit(1) from None


def crash():
    faulthandler.enable()
    faulthandler.dump_traceback()
    faulthandler._sigsegv()


def console():
    import code

    code.InteractiveConsole({"__name__": "console"}).interact(banner="console", exitmsg="end")
