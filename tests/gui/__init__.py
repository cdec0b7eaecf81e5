"""Tests of the window, on the offscreen platform and on real services."""
