"""Whole programs are started, killed and searched for traces: one test at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as long and one that packaging/test runs alone.

    They look for processes and scratch folders that anything left behind, and would find those
    of tests that run beside them.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.alone)
