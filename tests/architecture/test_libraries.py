"""What two decisions rest on (docs/adr/0002 and 0003), so that a later bump is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

# In processes of their own: the first would end a broken interpreter, the second must see
# what importing does.
COUNT_REFERENCES = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLabel

class Sender(QObject):
    sent = Signal()

application = QApplication([])
label, sender, timer = QLabel("a"), Sender(), QTimer()
calls = {
    "setText": lambda: label.setText("b"),
    "resize": lambda: label.resize(10, 10),
    "update": lambda: label.update(),
    "start": lambda: timer.start(100_000),
    "emit": lambda: sender.sent.emit(),
}
drift = {}
for name, call in calls.items():
    call()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(500):
        call()
    after = sys.getrefcount(None), sys.getrefcount(True)
    drift[name] = max(abs(a - b) for a, b in zip(after, before))
print(json.dumps(drift))
"""

WATCH_IMPORT = """
import json, sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
import pymupdf
document = pymupdf.open()
document.new_page().get_text()
runtimes = {"onnxruntime", "torch", "tensorflow"}
print(json.dumps({"sockets": seen, "runtimes": sorted(runtimes & set(sys.modules))}))
"""


LOADED = """
import json, sys
import mayfly.bootstrap, mayfly.ui.app
rare = ("boto3", "botocore", "urllib3", "docx", "lxml", "pymupdf", "PIL", "cv2", "numpy")
print(json.dumps([name for name in rare if name in sys.modules]))
"""


def answer_of(code: str) -> Any:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_pyside_keeps_the_references_of_none_and_true():
    drift = answer_of(COUNT_REFERENCES)
    assert {name: count for name, count in drift.items() if count > 50} == {}


def test_pymupdf_brings_no_machine_learning_and_opens_no_socket():
    assert answer_of(WATCH_IMPORT) == {"sockets": [], "runtimes": []}


def test_a_start_loads_nothing_that_it_has_no_use_for():
    assert answer_of(LOADED) == []
