"""A desktop of its own for tests: X server, window manager, session bus, keyring, file manager.

Nothing of it is shared with the desktop of whoever runs the tests, and all of it ends by process.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.keyring_session import keyring_session, require_keyring
from tests.waiting import eventually

SCREEN_PX = (1600, 900)
PATIENCE_S = 60.0
_PACKAGES = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "pcmanfm": "pcmanfm",
    "xwininfo": "x11-utils",
    "xprop": "x11-utils",
    "import": "imagemagick",
}
_FIRST_ICON_PX = (207, 96)
"""Where pcmanfm 1.3 draws the first file, from the corner of a window of 560 x 460."""
_DRAG_STEPS = 25


def require_desktop() -> None:
    """Skip the test where a program is missing, and name the packages that have it."""
    missing = sorted({_PACKAGES[one] for one in _PACKAGES if shutil.which(one) is None})
    if missing:
        pytest.skip(f"no real desktop: install {' '.join(missing)}")
    require_keyring()


@dataclass(frozen=True)
class Place:
    """Where a window's content is on the screen."""

    left: int
    top: int
    width: int
    height: int

    def point(self, across: float, down: float) -> tuple[int, int]:
        """Return the point at these fractions of the width and height."""
        return self.left + int(self.width * across), self.top + int(self.height * down)


@dataclass(frozen=True)
class Desktop:
    """A running desktop; env is what a program needs to appear on it."""

    env: dict[str, str]
    folder: Path

    def xdotool(self, *words: object) -> str:
        """Do it as a user would with keys and mouse; fails when xdotool does."""
        return self._ask("xdotool", *map(str, words))

    def windows(self, title: str) -> list[int]:
        """Return the windows on show whose title is this pattern."""
        command = ["xdotool", "search", "--onlyvisible", "--name", title]
        found = subprocess.run(command, env=self._env, capture_output=True, text=True, check=False)
        # Its status is 1 when there is none, or when one of them went while it looked.
        return [int(word) for word in found.stdout.split()]

    def wait_for_window(self, title: str, *, least_width_px: int = 1) -> int:
        """Wait until a window of that title is on show, and return it."""

        def look() -> int | None:
            with contextlib.suppress(subprocess.CalledProcessError):
                for window in self.windows(title):
                    if self.place(window).width >= least_width_px:
                        return window
            return None

        return eventually(look, patience_s=PATIENCE_S)

    def place(self, window: int) -> Place:
        """Return where the window's content is."""
        text = self._ask("xwininfo", "-id", str(window))
        labels = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        return Place(*(int(re.search(rf"{label}: *(-?\d+)", text)[1]) for label in labels))

    def titles(self, window: int) -> set[str]:
        """Return every title that the window gives itself, as the window manager reads them."""
        text = self._ask("xprop", "-id", str(window), "WM_NAME", "_NET_WM_NAME", "WM_ICON_NAME")
        return set(re.findall(r'= "(.*)"$', text, re.MULTILINE))

    def properties(self) -> str:
        """Return every property of every window there is, as any program may read them."""
        tree = self._ask("xwininfo", "-root", "-tree")
        told = [self._ask("xprop", "-root", "-notype")]
        for window in re.findall(r"^ +(0x[0-9a-f]+) ", tree, re.MULTILINE):
            # A window may go while the others are asked.
            with contextlib.suppress(subprocess.CalledProcessError):
                told.append(self._ask("xprop", "-id", window, "-notype"))
        return tree + "\n".join(told)

    def put(self, window: int, *, at: tuple[int, int], size: tuple[int, int]) -> Place:
        """Move a window, size it, bring it to the front, and return where it came to lie."""
        self.xdotool("windowactivate", "--sync", window)
        self.xdotool("windowsize", window, *size)
        self.xdotool("windowmove", window, *at)
        eventually(lambda: (self.place(window).width, self.place(window).height) == size)
        # Its content follows in the next frames.
        self.rest()
        return self.place(window)

    def click(self, point: tuple[int, int]) -> None:
        self.xdotool("mousemove", *point, "sleep", 0.2, "click", 1)

    def drag_all_files(self, file_manager: int, target: tuple[int, int]) -> None:
        """Drag what the file manager shows to a point, as slowly as a hand does."""
        place = self.put(file_manager, at=(10, 40), size=(560, 460))
        start = place.left + _FIRST_ICON_PX[0], place.top + _FIRST_ICON_PX[1]
        self.click(start)
        self.xdotool("key", "ctrl+a", "sleep", 0.4)
        steps = ["mousedown", "1", "sleep", "0.2"]
        for step in range(1, _DRAG_STEPS + 1):
            way = [a + (b - a) * step // _DRAG_STEPS for a, b in zip(start, target, strict=True)]
            steps += ["mousemove", *map(str, way), "sleep", "0.03"]
        # A source looks at the target's answer before it lets go.
        self.xdotool(*steps, "sleep", 0.4, "mousemove_relative", 2, 2, "sleep", 0.4, "mouseup", 1)

    @contextmanager
    def file_manager(self, shown: Path) -> Iterator[int]:
        """Show a folder in a file manager for as long as it is held."""
        command = ["pcmanfm", str(shown)]
        with _ending(command, {**self._env, "NO_AT_BRIDGE": "1"}):
            window = self.wait_for_window(f"^{shown.name}$")
            self.rest()
            yield window

    def photograph(self, file: Path) -> Path:
        """Write what is on the whole screen as a PNG."""
        self._ask("import", "-window", "root", str(file))
        return file

    def rest(self) -> None:
        """Give programs that cannot be asked the time to draw."""
        self.xdotool("sleep", 1)

    @property
    def _env(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], **self.env, "HOME": str(self.folder)}

    def _ask(self, *command: str) -> str:
        return subprocess.run(
            command, env=self._env, check=True, capture_output=True, text=True, timeout=PATIENCE_S
        ).stdout


@contextmanager
def running_desktop() -> Iterator[Desktop]:
    """Start a desktop whose keyring is unlocked and empty; end it afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desktop-")))
        # Without it GTK looks for the user's templates in all of the home folder.
        (folder / "Templates").mkdir()
        env = stack.enter_context(keyring_session(folder))
        env = {**env, "DISPLAY": stack.enter_context(x_server(folder))}
        del env["WAYLAND_DISPLAY"]
        desktop = Desktop(env, folder)
        stack.enter_context(_ending(["openbox"], desktop._env))
        eventually(
            lambda: "window id" in desktop._ask("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")
        )
        yield desktop


@contextmanager
def x_server(folder: Path) -> Iterator[str]:
    """Run an X server of its own; yield its display."""
    number = folder / "display"
    with number.open("wb") as file:
        size = "x".join(map(str, (*SCREEN_PX, 24)))
        command = ["Xvfb", "-displayfd", str(file.fileno()), "-screen", "0", size]
        process = _started([*command, "-nolisten", "tcp"], dict(os.environ), (file.fileno(),))
    with _ended(process):
        yield ":" + eventually(lambda: number.read_text().strip())


@contextmanager
def _ending(command: list[str], env: dict[str, str]) -> Iterator[None]:
    with _ended(_started(command, env)):
        yield


def _started(
    command: list[str], env: dict[str, str], keep: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, env=env, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=keep
    )


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
