"""Tests of Mayfly: understand."""
