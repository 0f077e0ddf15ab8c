"""Keeps notes in an SQLite file."""
