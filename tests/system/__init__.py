"""Tests of Mayfly: system."""
