"""Tests of Mayfly: what holds for every file of it."""
