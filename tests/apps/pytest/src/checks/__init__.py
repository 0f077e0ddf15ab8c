"""Tests that a program carries."""
