"""Tells tomorrow's weather from yesterday's."""

from importlib.metadata import version

__version__ = version("forecast")
