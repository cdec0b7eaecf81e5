"""What D-Bus tells of the desktop: screen locked, about to sleep. The only jeepney import.

Listens on both buses, each on a thread of its own, so that nobody waits for a bus that hangs.
Takes signals and asks four questions of logind; nothing of Mayfly goes out but its name, with
the wish to be waited for before a sleep (an inhibitor of the kind "delay").
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mayfly.domain.desktop_port import DesktopNews

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

_log = logging.getLogger(__name__)

SCREEN_SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
"""Interfaces and, at once, names on the session bus; KDE has the first, GNOME the second."""
LOGIND = "org.freedesktop.login1"
_MANAGER = f"{LOGIND}.Manager"
_SESSION = f"{LOGIND}.Session"
_ASK_LOGIND = ("/org/freedesktop/login1", LOGIND, _MANAGER)
_ASK_BUS = ("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
"""Path, name and interface of whom is asked."""
_PATIENCE_S = 5.0


class DBusDesktop:
    """The Desktop port on the session bus and logind. Where there is no bus it tells nothing."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._tell: Callable[[DesktopNews], None] = _tell_nobody
        self._buses: list[_Bus] = []
        self._inhibitor: int | None = None
        self._tells_suspend = False
        self._tells_lock = False

    @property
    def tells_suspend(self) -> bool:
        """Whether logind is there to say so."""
        return self._tells_suspend

    @property
    def tells_screen_lock(self) -> bool:
        """Whether a screen saver's service or logind's session is there to say so."""
        return self._tells_lock

    def start(self, tell: Callable[[DesktopNews], None]) -> None:
        """Begin to listen; on a system without jeepney or a bus nothing follows."""
        self._tell = tell
        self._buses = [_Bus("SESSION", self._listen_session), _Bus("SYSTEM", self._listen_system)]
        for bus in self._buses:
            bus.start()

    def let_sleep(self) -> None:
        """Give the inhibitor back: the machine may sleep."""
        with self._gate:
            fd, self._inhibitor = self._inhibitor, None
        if fd is not None:
            os.close(fd)

    def stop(self) -> None:
        """End both threads and give back what was taken."""
        self._tell = _tell_nobody
        for bus in self._buses:
            bus.stop()
        self.let_sleep()

    # --- the session bus -------------------------------------------------------------

    def _listen_session(self, bus: DBusConnection, signals: deque[Message]) -> None:
        for name in SCREEN_SAVERS:
            _match(bus, sender=name, interface=name, member="ActiveChanged")
        known = {*_names(bus, "ListNames"), *_names(bus, "ListActivatableNames")}
        self._found(locks=not known.isdisjoint(SCREEN_SAVERS))
        while True:
            message = bus.recv_until_filtered(signals)
            if _is_signal(message, SCREEN_SAVERS, "ActiveChanged") and message.body[:1] == (True,):
                self._tell(DesktopNews.SCREEN_LOCKED)

    # --- logind ----------------------------------------------------------------------

    def _listen_system(self, bus: DBusConnection, signals: deque[Message]) -> None:
        if LOGIND not in {*_names(bus, "ListNames"), *_names(bus, "ListActivatableNames")}:
            return
        _match(bus, sender=LOGIND, interface=_MANAGER, member="PrepareForSleep")
        session = _own_session(bus)
        if session is not None:
            _match(bus, sender=LOGIND, interface=_SESSION, member="Lock", path=session)
        self._inhibit(bus)
        self._found(suspend=True, locks=session is not None)
        while True:
            message = bus.recv_until_filtered(signals)
            if _is_signal(message, (_SESSION,), "Lock"):
                self._tell(DesktopNews.SCREEN_LOCKED)
            elif _is_signal(message, (_MANAGER,), "PrepareForSleep"):
                if message.body[:1] == (True,):
                    self._tell(DesktopNews.SUSPENDING)
                else:
                    self._inhibit(bus)

    def _inhibit(self, bus: DBusConnection) -> None:
        """Have sleep wait for let_sleep; logind waits five seconds at most."""
        why = ("sleep", "Mayfly", "Mayfly drops the keys of its vault", "delay")
        answer = _call(bus, _ASK_LOGIND, "Inhibit", "ssss", why)
        if answer is None:
            return
        fd = answer[0].to_raw_fd()
        # A reader that inherited it would hold up the sleep in our place.
        os.set_inheritable(fd, False)
        with self._gate:
            before, self._inhibitor = self._inhibitor, fd
        if before is not None:
            os.close(before)

    def _found(self, *, suspend: bool = False, locks: bool = False) -> None:
        with self._gate:
            self._tells_suspend = self._tells_suspend or suspend
            self._tells_lock = self._tells_lock or locks
        self._tell(DesktopNews.SOURCES_FOUND)


class _Bus:
    """One connection and the thread that listens on it."""

    def __init__(self, name: str, listen: Callable[[DBusConnection, deque[Message]], None]) -> None:
        self._name = name
        self._listen = listen
        self._gate = threading.Lock()
        self._connection: DBusConnection | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"dbus-{name.lower()}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._gate:
            self._stopped = True
            if self._connection is not None:
                # Wakes the thread out of its wait; it closes the connection itself.
                with contextlib.suppress(OSError):
                    self._connection.sock.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        try:
            from jeepney import MatchRule
            from jeepney.auth import AuthenticationError
            from jeepney.io.blocking import open_dbus_connection
            from jeepney.wrappers import DBusErrorResponse
        except ImportError:
            return
        # A bus that is not there, hangs, refuses or goes away: there is nothing to tell then.
        over = (
            OSError,
            KeyError,
            ValueError,
            RuntimeError,
            StopIteration,
            AuthenticationError,
            DBusErrorResponse,
        )
        try:
            connection = open_dbus_connection(self._name, enable_fds=self._name == "SYSTEM")
        except over as error:
            _log.info("no %s bus: %s", self._name.lower(), type(error).__name__)
            return
        signals: deque[Message] = deque()
        with contextlib.closing(connection), contextlib.suppress(*over):
            with self._gate:
                self._connection = connection
                stopped = self._stopped
            # Signals that come while an answer is awaited are kept, too.
            with connection.filter(MatchRule(type="signal"), queue=signals):
                if not stopped:
                    self._listen(connection, signals)
        with self._gate:
            self._connection = None


def _own_session(bus: DBusConnection) -> str | None:
    """Return the object of this login session, which alone tells that its screen is locked."""
    number = os.environ.get("XDG_SESSION_ID")
    if number:
        answer = _call(bus, _ASK_LOGIND, "GetSession", "s", (number,))
        if answer is not None:
            return str(answer[0])
    answer = _call(bus, _ASK_LOGIND, "GetSessionByPID", "u", (os.getpid(),))
    return str(answer[0]) if answer is not None else _session_on_display(bus)


def _session_on_display(bus: DBusConnection) -> str | None:
    """Return the session that shows this user's desktop: programs it starts are in none."""
    user = _call(bus, _ASK_LOGIND, "GetUser", "u", (os.getuid(),))
    if user is None:
        return None
    whom = (str(user[0]), LOGIND, "org.freedesktop.DBus.Properties")
    answer = _call(bus, whom, "Get", "ss", (f"{LOGIND}.User", "Display"))
    # A variant: its signature, and a pair of the session's number and its object.
    session = str(answer[0][1][1]) if answer is not None else "/"
    return session if session != "/" else None


def _names(bus: DBusConnection, method: str) -> list[str]:
    answer = _call(bus, _ASK_BUS, method)
    return list(answer[0]) if answer is not None else []


def _match(bus: DBusConnection, **terms: str) -> None:
    rule = ",".join(f"{key}='{value}'" for key, value in {"type": "signal", **terms}.items())
    _call(bus, _ASK_BUS, "AddMatch", "s", (rule,))


def _call(
    bus: DBusConnection,
    whom: tuple[str, str, str],
    method: str,
    signature: str | None = None,
    body: tuple[Any, ...] = (),
) -> tuple[Any, ...] | None:
    """Return the answer, or None when it is an error."""
    from jeepney import DBusAddress, MessageType, new_method_call

    message = new_method_call(DBusAddress(*whom), method, signature, body)
    reply = bus.send_and_get_reply(message, timeout=_PATIENCE_S)
    if reply.header.message_type is not MessageType.method_return:
        return None
    return tuple(reply.body)


def _is_signal(message: Message, interfaces: tuple[str, ...], member: str) -> bool:
    from jeepney import HeaderFields, MessageType

    fields = message.header.fields
    return (
        message.header.message_type is MessageType.signal
        and fields.get(HeaderFields.interface) in interfaces
        and fields.get(HeaderFields.member) == member
    )


def _tell_nobody(_: DesktopNews) -> None:
    """Nobody listens."""
