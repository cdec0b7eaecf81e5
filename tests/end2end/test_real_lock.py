"""Locking, unlocking and panic with real keys in a real window, with a real keyring."""

from __future__ import annotations

import pytest
from PIL import Image

from mayfly.cli.exit_status import ExitStatus
from mayfly.system.paths import paths_in
from tests.cli.conftest import ended
from tests.end2end.desktop import PATIENCE_S
from tests.end2end.test_real_window import (  # noqa: F401 - fixtures
    Shown,
    desktop,
    papers,
    program,
    show,
)
from tests.waiting import eventually

pytestmark = [pytest.mark.display, pytest.mark.keyring]


def key(shown: Shown, keys: str) -> None:
    shown.desktop.xdotool("windowactivate", "--sync", shown.window, "key", "--clearmodifiers", keys)


def status(shown: Shown) -> int:
    return shown.program.run("list", "--json").status


def colours(shown: Shown, file) -> int:
    """Count the colours of the window as the screen has them."""
    shown.desktop.rest()
    place = shown.desktop.place(shown.window)
    with Image.open(shown.desktop.photograph(file)) as screen:
        box = (place.left, place.top, place.left + place.width, place.top + place.height)
        return len(screen.convert("RGB").crop(box).getcolors(maxcolors=1 << 24))


def test_ctrl_l_locks_every_process_and_enter_unlocks_with_the_keyring(show, tmp_path):  # noqa: F811
    shown = show(*papers(tmp_path / "papers"))
    shown.wait_until_read("drawn.png", "welcome.pdf")
    shown.put()
    shown.desktop.rest()
    before = colours(shown, tmp_path / "open.png")

    key(shown, "ctrl+l")
    eventually(lambda: status(shown) == ExitStatus.VAULT_LOCKED, patience_s=PATIENCE_S)
    # A padlock and a few letters have far fewer colours than pages and lists.
    assert colours(shown, tmp_path / "locked.png") < before / 2
    assert shown.desktop.titles(shown.window) == {"Mayfly"}

    key(shown, "Return")
    eventually(lambda: status(shown) == ExitStatus.DONE, patience_s=PATIENCE_S)
    eventually(lambda: colours(shown, tmp_path / "again.png") > before / 2, patience_s=PATIENCE_S)
    assert set(shown.list()) == {"drawn.png", "welcome.pdf"}
    assert shown.close() == 0


def test_the_panic_keys_ask_and_then_destroy_everything(show, program, tmp_path):  # noqa: F811
    shown = show(*papers(tmp_path / "papers"))
    shown.wait_until_read("drawn.png", "welcome.pdf")
    shown.put()
    paths = paths_in(program.home)
    shard = paths.shard.read_bytes()
    key(shown, "ctrl+alt+shift+p")
    shown.desktop.rest()
    # Cancel has the focus: nobody destroys a vault by an Enter too many.
    shown.desktop.xdotool("key", "Return")
    shown.desktop.rest()
    assert paths.shard.read_bytes() == shard
    assert set(shown.list()) == {"drawn.png", "welcome.pdf"}

    key(shown, "ctrl+alt+shift+p")
    shown.desktop.rest()
    shown.desktop.xdotool("key", "Tab", "Return")
    eventually(lambda: not paths.database.exists(), patience_s=PATIENCE_S)
    shown.desktop.photograph(tmp_path / "gone.png")
    # "Quit" has the focus.
    eventually(lambda: not paths.shard.exists(), patience_s=PATIENCE_S)
    shown.desktop.rest()
    shown.desktop.xdotool("key", "Return")
    answer = ended(shown.process, PATIENCE_S)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
