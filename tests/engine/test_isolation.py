"""What a worker cannot do, tried from inside; and what the main process never does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engine_documents import encoded, page_picture, pdf_of, read_first, text_of

from mayfly.engine.landlock import landlock_version
from mayfly.engine.seccomp import can_filter

needs_landlock = pytest.mark.skipif(not landlock_version(), reason="the kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(not can_filter(), reason="no filter for this machine")

LOCKED_IN = """
import errno, os, socket, subprocess, sys
from pathlib import Path
from mayfly.domain.limits import Limits
from mayfly.engine.lockdown import find_needs, lock_down
from mayfly.engine.protocol import Setup

place, program = Path(sys.argv[1]), Path(sys.argv[2])
setup = Setup(
    scratch=place / "scratch", wipe=False, tessdata=place / "tessdata",
    user_tessdata=place / "user", program=program, limits=Limits(),
)
if {locked}:
    lock_down(find_needs(setup))
try:
    {attempt}
except OSError as error:
    print(errno.errorcode[error.errno])
else:
    print("done")
"""


@pytest.fixture
def place(tmp_path):
    for name in ("scratch", "tessdata", "user", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "home" / "diary").write_text("a secret")
    return tmp_path


def attempt(place: Path, code: str, *, locked: bool = True) -> str:
    """Try something in a process that was locked in first; return what came of it."""
    script = LOCKED_IN.format(locked=locked, attempt=code)
    answer = subprocess.run(
        [sys.executable, "-c", script, str(place), "/bin/true"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


FILES = (
    "(place / 'home' / 'diary').read_text()",
    "os.listdir(place / 'home')",
    "Path('/etc/passwd').read_text()",
    "(place / 'home' / 'new').write_text('x')",
    "(place / 'tessdata' / 'new').write_text('x')",
    "(place / 'home' / 'diary').unlink()",
    "os.rename(place / 'home' / 'diary', place / 'scratch' / 'diary')",
    "subprocess.run(['/usr/bin/env'])",
)
CALLS = (
    "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "socket.socket(socket.AF_UNIX)",
    "socket.socketpair()",
    "os.setsid()",
    "os.memfd_create('x')",
)


@needs_landlock
@pytest.mark.parametrize("code", FILES)
def test_no_file_can_be_reached_from_inside(place, code):
    assert attempt(place, code) in ("EACCES", "EXDEV")


@needs_seccomp
@pytest.mark.parametrize("code", CALLS)
def test_no_socket_can_be_made_from_inside(place, code):
    assert attempt(place, code) == "EPERM"


@pytest.mark.parametrize("code", [*FILES[:5], *CALLS[:4]])
def test_the_same_attempts_succeed_outside(place, code):
    assert attempt(place, code, locked=False) == "done"


def test_the_scratch_folder_can_be_used_from_inside(place):
    assert attempt(place, "(place / 'scratch' / 'page').write_text('x')") == "done"
    assert attempt(place, "(place / 'scratch' / 'page').unlink()") == "done"


@needs_seccomp
def test_a_started_program_is_locked_in_as_well(place):
    code = (
        "print(subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'],"
        " capture_output=True).returncode)"
    )
    # Without Landlock's list of programs, to see what the filter alone hands down.
    script = "import socket, subprocess, sys\nfrom mayfly.engine.seccomp import *\n"
    answer = subprocess.run(
        [sys.executable, "-c", script + "filter_system_calls()\n" + code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == "1"


def test_the_engine_tells_which_layers_hold(engine):
    info = engine.describe()

    assert {"rlimits", "no core dumps"} <= set(info.isolation)
    assert ("landlock" in info.isolation) == bool(landlock_version())
    assert ("seccomp" in info.isolation) == can_filter()


@pytest.mark.parametrize(
    ("undone", "missing"),
    [
        ("resource.setrlimit = lambda *_: None", {"rlimits"}),
        ("restraint._PR_SET_DUMPABLE = 3", {"no core dumps"}),
    ],
)
def test_what_a_worker_did_not_give_up_is_not_told(make_engine, tmp_path, undone, missing):
    """The layers are asked of the system: a worker that only thinks it has them says so."""
    careless = tmp_path / "careless.py"
    careless.write_text(
        "import resource, sys\n"
        "from mayfly.engine import restraint\n"
        f"{undone}\n"
        "from mayfly.engine.worker import main\n"
        "sys.exit(main())\n"
    )
    engine = make_engine(worker_command=[sys.executable, "-P", str(careless)])
    assert {"rlimits", "no core dumps"} - set(engine.describe().isolation) == missing


def test_a_child_without_its_locks_opens_no_document(make_engine, tmp_path):
    """Fail closed: where the kernel has a layer, a layer that does not close ends the child."""
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import sys\n"
        "import mayfly.engine.lockdown as lockdown\n"
        "def refuse():\n    raise OSError('refused')\n"
        "lockdown.filter_system_calls = refuse\n"
        "lockdown.can_filter = lambda: True\n"
        "from mayfly.engine.worker import main\n"
        "sys.exit(main())\n"
    )
    from mayfly.domain.document_errors import ReaderCrashed

    engine = make_engine(worker_command=[sys.executable, "-P", str(broken)])
    reader = engine.start_reader()
    try:
        with pytest.raises(ReaderCrashed):
            read_first(reader, pdf_of("Nothing of this is read. " * 10))
    finally:
        reader.kill()
    assert "seccomp" not in (engine.describe().isolation)


HEAVY = ("pymupdf", "PIL", "cv2", "numpy", "pytesseract", "pillow_heif", "onnxruntime")

MAIN = """
import sys
from pathlib import Path
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.engine.worker_engine import WorkerEngine

place = Path(sys.argv[1])
engine = WorkerEngine(
    Limits(), tessdata=place / "tessdata", user_tessdata=place / "user",
    fallback_scratch=place / "scratch",
)
engine.describe()
reader = engine.start_reader()
data = (place / "page.png").read_bytes()
reader.open([data], len(data), ReadOptions(), None)
page = reader.read_page(1).result
b"".join(reader.compose_pdf([page]))
reader.close_document()
reader.kill()
print(*[name for name in sys.modules if name.split(".")[0] in {heavy!r}])
"""


@pytest.fixture
def with_page(tmp_path):
    (tmp_path / "page.png").write_bytes(encoded(page_picture(), "PNG"))
    return tmp_path


def run_main(place: Path, *before: str) -> str:
    answer = subprocess.run(
        [*before, sys.executable, "-c", MAIN.format(heavy=HEAVY), str(place)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def test_the_main_process_never_loads_what_opens_documents(with_page):
    assert run_main(with_page) == ""


def test_the_worker_carries_no_machine_learning_runtime():
    code = (
        "import sys, mayfly.engine.libraries, mayfly.engine.session;"
        "print('onnxruntime' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == "False"


def test_nothing_is_written_outside_the_scratch_and_no_socket_is_made(with_page, tmp_path):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed: apt-get install strace")
    if os.geteuid() != 0:
        pytest.skip("only root can read the paths of a process that is not dumpable")
    trace = tmp_path / "trace"
    calls = "trace=open,openat,creat,mkdir,rename,renameat2,socket,connect"
    run_main(with_page, "strace", "-f", "-qq", "-e", calls, "-o", str(trace))

    lines = trace.read_text(errors="replace").splitlines()
    written = [
        line
        for line in lines
        if ("O_WRONLY" in line or "O_RDWR" in line or "O_CREAT" in line) and " = -1 " not in line
    ]
    assert any('"/dev/shm/mayfly-' in line for line in written), "tesseract's page is one"
    own = (str(with_page / "tessdata"), "/dev/shm/mayfly-", "/dev/null")
    assert [line for line in written if not any(f'"{place}' in line for place in own)] == []
    # find_isolation tries one, in a process that is locked in already.
    made = [line for line in lines if "socket(" in line and " = -1 " not in line]
    assert made == []


def test_other_languages_can_be_added_while_a_worker_lives(reader, engine, engine_folders):
    english = next(
        folder / "eng.traineddata"
        for folder in [engine_folders / "tessdata"]
        if (folder / "eng.traineddata").exists()
    )
    shutil.copy(english, engine_folders / "user" / "zzz.traineddata")
    try:
        from mayfly.domain.jobs import ReadOptions

        engine.check_languages(["zzz"])
        reading = read_first(
            reader, encoded(page_picture(), "PNG"), options=ReadOptions(languages=("zzz",))
        )
    finally:
        (engine_folders / "user" / "zzz.traineddata").unlink()

    assert "treasurer" in text_of(reading.result)
