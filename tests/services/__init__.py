"""Tests of the use cases, on the real vault and real lanes."""
