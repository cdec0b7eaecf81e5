"""Turns the figures of uploads into their part of docs/benchmarks.md."""

from __future__ import annotations

from typing import Any

HEAD = ("200 pictures of 300 kB", "time", "CPU", "MB/s", "beside the loop", "range")
_NAMES = {
    "mayfly": "Mayfly, {connections} connections",
    "mayfly, one connection": "Mayfly, one connection",
    "loop": "plain loop, only writes",
    "loop that compares": "plain loop, compares as well",
    "whole": "Mayfly from the vault on, {connections} connections",
}


def rows_of(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return a row for each way."""
    return [
        (
            _NAMES[name].format(connections=found["connections"]),
            f"{one['wall_s']:.2f} s",
            f"{one['cpu_s']:.2f} s",
            f"{one['mb_s']:.0f}",
            f"**{one['ratio']:.2f}**",
            f"{one['least']:.2f} to {one['most']:.2f}",
        )
        for name, one in found["ways"].items()
    ]


def told_of(found: dict[str, Any]) -> str:
    """Return what the figures are."""
    return (
        f"\nTarget: at most 1.0. {found['pictures']} pictures of {found['bytes'] // 1_000} kB to"
        " SeaweedFS on the same machine, which has its own share of the processors. Mayfly reads"
        " the server's SHA-256 back after each picture, and so does the second loop; both loops are"
        " boto3 in its plain form. From the vault on: each picture is opened there, and noted"
        " before and after it is written, so that it survives a crash. CPU is that of the client"
        f" alone. Medians of {found['rounds']} rounds in which the ways alternate; beside the loop:"
        " of the same round.\n"
    )
