"""Greets whom it is told to, and says where it runs."""

import sys


def main(names: list[str]) -> int:
    for name in names or ["world"]:
        print(f"hello, {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
