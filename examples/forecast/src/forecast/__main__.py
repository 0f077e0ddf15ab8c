"""So that `python -m forecast` works."""

from forecast.cli import main

main()
