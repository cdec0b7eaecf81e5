"""A crash leaves no memory on the disk, and new files are private."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ASK = """
import ctypes, json, os, resource, sys
os.umask(0o022)
from mayfly.system.hardening import harden
found = harden()
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
print(json.dumps({
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "dumpable": dumpable,
    "umask": os.umask(0),
    "told": [found.no_core_files, found.not_dumpable, found.private_umask],
    "user_umask": found.user_umask,
}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what took effect")
def test_the_measures_take_effect_and_are_told():
    answer = subprocess.run([sys.executable, "-c", ASK], capture_output=True, check=True)
    assert json.loads(answer.stdout) == {
        "core": [1, 1],
        "dumpable": 0,
        "umask": 0o077,
        "told": [True, True, True],
        "user_umask": 0o022,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="Linux writes core files")
def test_a_crash_writes_no_core(tmp_path):
    code = "import resource, os\nfrom mayfly.system.hardening import harden; harden()\nos.abort()\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []
