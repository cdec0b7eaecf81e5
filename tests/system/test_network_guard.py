"""What nobody registered cannot be connected to, by no thread and no library.

In processes of their own: a guard cannot be taken off.
"""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

from mayfly.system.network_guard import needs_network_at_home

PRELUDE = """
import ctypes, http.server, json, socket, subprocess, sys, threading
from mayfly.system.clock import SystemClock
from mayfly.system.network_guard import NetworkGuard

class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_): pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
port = server.server_address[1]
threading.Thread(target=server.serve_forever, daemon=True).start()
answers = {}

def tried(name, call):
    try:
        call()
        answers[name] = "done"
    except OSError as error:
        answers[name] = type(error).__name__

guard = NetworkGuard(SystemClock())
"""
ENDING = """
counts = [[c.host, c.port == port, c.is_refused, c.count] for c in guard.connections()]
print(json.dumps({"answers": answers, "counts": sorted(counts)}))
"""


def answers_of(code: str) -> dict:
    script = PRELUDE + dedent(code) + ENDING
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_only_what_is_reached_for_is_connected_to_and_all_is_counted():
    # Given: a thread of the network's that may reach one name on one port
    found = answers_of(
        """
        guard.install()
        heard = []
        guard.listen(lambda: heard.append(1))
        def work():
            tried("before", lambda: socket.create_connection(("localhost", port)))
            with guard.reaching(["LocalHost."], port, only_private=True):
                tried("within", lambda: socket.create_connection(("localhost", port)))
                tried("port", lambda: socket.create_connection(("localhost", port + 1)))
                tried("name", lambda: socket.create_connection(("127.0.0.2", port)))
                tried("address", lambda: socket.socket().connect(("127.0.0.3", port)))
                tried("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
                    b"x", ("127.0.0.1", port)))
                tried("listening", lambda: socket.socket().bind(("127.0.0.1", 0)))
                tried("reverse", lambda: socket.gethostbyaddr("127.0.0.1"))
                tried("old lookup", lambda: socket.gethostbyname("localhost"))
            tried("after", lambda: socket.create_connection(("localhost", port)))
        guard.start_thread(work, "network").join()
        answers["heard"] = len(heard)
        """
    )
    # Then: only that one was connected to
    connected = [name for name, answer in found["answers"].items() if answer == "done"]
    assert connected == ["within"]
    assert found["counts"].count(["localhost", True, False, 1]) == 1
    refused = [count for count in found["counts"] if count[2]]
    assert sum(count[3] for count in refused) == 9
    assert found["answers"]["heard"] == 10


def test_another_thread_of_the_network_has_no_share_in_it():
    found = answers_of(
        """
        guard.install()
        inside, done = threading.Event(), threading.Event()
        def reach():
            with guard.reaching(["localhost"], port, only_private=False):
                inside.set(); done.wait(10)
        def other():
            inside.wait(10)
            tried("other", lambda: socket.create_connection(("localhost", port)))
            done.set()
        guard.start_thread(reach, "one")
        guard.start_thread(other, "two").join()
        """
    )
    assert found["answers"] == {"other": "ConnectionRefused"}


def test_without_tls_a_name_must_be_one_of_the_own_network():
    # Given: a name that a hostile resolver answers with an address of the world
    found = answers_of(
        """
        guard.install()
        guard._lookup = lambda host, *rest, **named: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (
                {"files.example": "8.8.8.8", "nas.example": "127.0.0.1"}[host], port))]
        def work():
            for name in ("files.example", "nas.example"):
                with guard.reaching([name], port, only_private=True):
                    tried(name, lambda: socket.create_connection((name, port)))
        guard.start_thread(work, "network").join()
        """
    )
    assert found["answers"] == {"files.example": "ConnectionRefused", "nas.example": "done"}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
def test_the_kernel_refuses_sockets_to_all_other_threads_and_to_their_children():
    # A library of C code goes past every hook of Python: it is the kernel that refuses.
    found = answers_of(
        """
        c = ctypes.CDLL(None, use_errno=True)
        def by_c(family):
            def call():
                if c.socket(family, socket.SOCK_STREAM, 0) < 0:
                    raise OSError(ctypes.get_errno(), "")
            return call
        tried("before", by_c(socket.AF_INET))
        guard.install()
        answers["kernel"] = guard.look().kernel
        tried("main", by_c(socket.AF_INET))
        tried("main6", by_c(socket.AF_INET6))
        tried("packet", by_c(17))
        tried("netlink", by_c(socket.AF_NETLINK))
        tried("at home", by_c(socket.AF_UNIX))
        late = threading.Thread(target=lambda: tried("late", by_c(socket.AF_INET)))
        late.start(); late.join()
        guard.start_thread(lambda: tried("network", by_c(socket.AF_INET)), "n").join()
        code = "import socket; socket.socket()"
        answers["child"] = subprocess.run([sys.executable, "-c", code],
                                          capture_output=True).returncode
        """
    )
    answers = found["answers"]
    assert answers.pop("kernel")
    done = {name for name, answer in answers.items() if answer == "done"}
    assert done == {"before", "at home", "network"}
    assert answers["child"] == 1


def test_a_start_from_another_machines_display_needs_the_network_for_it():
    assert needs_network_at_home({"DISPLAY": "localhost:10.0"})
    assert needs_network_at_home({"DBUS_SESSION_BUS_ADDRESS": "tcp:host=10.0.0.1,port=1"})
    assert not needs_network_at_home({"DISPLAY": ":0"})
    assert not needs_network_at_home({"DISPLAY": "unix:0"})
    assert not needs_network_at_home({"DISPLAY": "/tmp/launch-x/org.xquartz:0"})
    assert not needs_network_at_home({})


def test_a_listener_that_fails_breaks_no_connection():
    found = answers_of(
        """
        guard.install()
        guard.listen(lambda: 1 / 0)

        def look():
            with guard.reaching(["localhost"], port, only_private=True):
                tried("reached", lambda: socket.create_connection(("127.0.0.1", port)))
                socket.getaddrinfo("localhost", port)
                tried("then", lambda: socket.create_connection(("localhost", port)))

        guard.start_thread(look, "network").join(20)
        """
    )

    assert found["answers"] == {"reached": "ConnectionRefused", "then": "done"}
