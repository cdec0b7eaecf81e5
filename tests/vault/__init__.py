"""Tests of the sealed vault, on real SQLite files."""
