"""Tests of Mayfly. A package, so that folders can share fakes: from tests.fakes import ..."""
