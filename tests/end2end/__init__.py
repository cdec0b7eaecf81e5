"""Tests of the whole program, with real readers and real processes."""
