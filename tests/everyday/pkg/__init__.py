"""A package."""
NAME = __name__
