"""Whole sessions on a vault with a passphrase; the fixtures are in conftest."""

from __future__ import annotations

from tests.conftest import ROOT

SAMPLE = ROOT / "resources" / "sample" / "welcome.pdf"
PASSPHRASE = "four random words here"


def end(qtbot, session) -> None:
    """End the session and wait until its vault is closed."""
    with qtbot.waitSignal(session.ended, timeout=20_000):
        session.end()
