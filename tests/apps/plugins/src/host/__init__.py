"""A program with plugins."""
