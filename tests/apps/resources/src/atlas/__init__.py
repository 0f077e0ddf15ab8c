"""A package with data in nested directories."""

__version__ = "1.0"
