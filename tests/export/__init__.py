"""Tests of Mayfly: export."""
