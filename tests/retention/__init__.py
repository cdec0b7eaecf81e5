"""Tests of Mayfly: retention."""
