"""Tests of Mayfly: contract."""
