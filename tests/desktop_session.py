"""Private buses, and a small desktop on them that sleeps and locks its screen when told to."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

LOGIND = "org.freedesktop.login1"
SESSION_PATH = "/org/freedesktop/login1/session/_31"
USER_PATH = "/org/freedesktop/login1/user/self"
MANAGER_PATH = "/org/freedesktop/login1"


def require_bus() -> None:
    """Skip the test where there is no bus to be had."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("no dbus-daemon: install dbus")


@contextmanager
def private_bus() -> Iterator[str]:
    """Yield the address of a bus of our own."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield bus.stdout.readline().decode().strip()
    finally:
        bus.kill()
        bus.wait()
        bus.stdout.close()


class Service:
    """Owns names on a bus, answers logind's calls, and sends the signals the test asks for."""

    def __init__(self, address: str, *names: str) -> None:
        self._bus = open_dbus_connection(address, enable_fds=True)
        for name in names:
            Proxy(message_bus, self._bus).RequestName(name)
        self.inhibitors: list[int] = []
        self.asked: list[tuple[str, tuple]] = []
        self._ending = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def send(self, path: str, interface: str, member: str, *values: bool) -> None:
        """Send a signal, with flags or without anything."""
        signature = "b" * len(values) or None
        address = DBusAddress(path, interface=interface)
        self._bus.send(new_signal(address, member, signature, values))

    def prepare_for_sleep(self, before: bool) -> None:
        self.send(MANAGER_PATH, f"{LOGIND}.Manager", "PrepareForSleep", before)

    def is_held_up(self) -> bool:
        """Whether somebody holds the other end of the newest inhibitor."""
        try:
            return os.read(self.inhibitors[-1], 1) != b""
        except BlockingIOError:
            return True

    def close(self) -> None:
        self._ending = True
        self._thread.join(5)
        self._bus.close()
        for fd in self.inhibitors:
            os.close(fd)

    def _serve(self) -> None:
        while not self._ending:
            try:
                message = self._bus.receive(timeout=0.05)
            except TimeoutError:
                continue
            if message.header.message_type is MessageType.method_call:
                self._answer(message)

    def _answer(self, message) -> None:
        member = message.header.fields[HeaderFields.member]
        self.asked.append((member, message.body))
        if member == "Inhibit":
            mine, theirs = os.pipe()
            os.set_blocking(mine, False)
            self.inhibitors.append(mine)
            self._bus.send(new_method_return(message, "h", (theirs,)))
            os.close(theirs)
        elif member == "GetSession" and message.body == ("1",):
            self._bus.send(new_method_return(message, "o", (SESSION_PATH,)))
        elif member == "GetUser" and message.body == (os.getuid(),):
            self._bus.send(new_method_return(message, "o", (USER_PATH,)))
        elif member == "Get" and message.body == (f"{LOGIND}.User", "Display"):
            shown = ("(so)", ("1", SESSION_PATH))
            self._bus.send(new_method_return(message, "v", (shown,)))
        else:
            self._bus.send(new_error(message, f"{LOGIND}.NoSuchThing"))


@contextmanager
def desktop_service(address: str, *names: str) -> Iterator[Service]:
    """Yield a service that owns the names."""
    service = Service(address, *names)
    try:
        yield service
    finally:
        service.close()
