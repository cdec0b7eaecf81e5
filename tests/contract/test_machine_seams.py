"""What clock, alarm, seat and file intake promise: the real ones and those of the tests."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mayfly.domain.document_errors import FileEmpty, FileMissing
from mayfly.domain.errors import InternalError
from mayfly.domain.ids import new_job_id
from mayfly.domain.jobs import Deadline, Part
from mayfly.domain.limits import Limits
from mayfly.retention.alarm import SchedulerAlarm
from mayfly.services.timekeeper import Timekeeper
from mayfly.system import clock as clock_module
from mayfly.system.clock import SystemClock
from mayfly.system.files import LocalFiles
from mayfly.system.seat import FileSeat
from tests.conftest import FakeClock
from tests.fakes_system import HandAlarm, MemoryFiles, SharedSeat


class ClockContract:
    def test_now_is_aware_utc(self, clock):
        assert clock.now().tzinfo is UTC

    def test_monotonic_seconds_never_run_backwards(self, clock):
        readings = [clock.monotonic_s() for _ in range(100)]
        assert readings == sorted(readings)

    def test_boot_seconds_never_run_backwards(self, clock):
        readings = [clock.boot_s() for _ in range(100)]
        assert readings == sorted(readings)
        assert readings[0] > 0

    def test_the_start_of_the_machine_has_one_word_of_16_bytes(self, clock):
        assert clock.boot_id() == clock.boot_id()
        assert len(bytes.fromhex(clock.boot_id())) == 16


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return SystemClock()

    @pytest.mark.skipif(not clock_module._BOOT_ID.exists(), reason="the system has no boot id")
    def test_every_process_of_a_start_has_the_same_word_and_it_is_not_the_systems(self, clock):
        assert SystemClock().boot_id() == clock.boot_id()
        own = clock_module._BOOT_ID.read_text().strip().replace("-", "")
        assert own not in clock.boot_id()

    @pytest.mark.parametrize("content", [None, b"\n"])
    def test_without_a_boot_id_each_clock_is_a_start_of_its_own(
        self, tmp_path, monkeypatch, content
    ):
        file = tmp_path / "boot_id"
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setattr(clock_module, "_BOOT_ID", file)
        assert SystemClock().boot_id() != SystemClock().boot_id()

    def test_without_a_boot_time_the_monotonic_one_counts(self, clock, monkeypatch):
        monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
        before = clock.monotonic_s()
        assert before <= clock.boot_s() <= clock.monotonic_s()


class TestFakeClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return FakeClock()


class TestTimekeeper(ClockContract):
    @pytest.fixture
    def clock(self):
        return Timekeeper(SystemClock())


class AlarmContract:
    """past and future are moments on the alarm's own clock."""

    def test_what_is_due_rings(self, alarm, moments):
        rang = threading.Event()
        alarm.start(rang.set)
        alarm.set_deadlines([Deadline(new_job_id(), Part.SOURCE, moments[0])])
        assert rang.wait(30)
        alarm.stop()

    def test_what_was_set_before_the_start_rings(self, alarm, moments):
        rang = threading.Event()
        alarm.set_deadlines([Deadline(new_job_id(), Part.SOURCE, moments[0])])
        alarm.start(rang.set)
        assert rang.wait(30)
        alarm.stop()

    def test_what_is_not_due_does_not_ring(self, alarm, moments):
        rang = threading.Event()
        alarm.start(rang.set)
        alarm.set_deadlines([Deadline(new_job_id(), Part.SOURCE, moments[1])])
        alarm.wake()
        alarm.stop()
        assert not rang.is_set()

    def test_the_same_deadline_rings_once(self, alarm, moments):
        rings = []
        rang = threading.Event()
        one = Deadline(new_job_id(), Part.SOURCE, moments[0])
        other = Deadline(new_job_id(), Part.SOURCE, moments[0])

        def ring() -> None:
            rings.append(True)
            if len(rings) == 2:
                rang.set()

        alarm.start(ring)
        alarm.set_deadlines([one])
        alarm.set_deadlines([one, other])
        assert rang.wait(30)
        alarm.stop()
        assert len(rings) == 2

    def test_stopping_and_waking_need_no_start(self, alarm):
        alarm.wake()
        alarm.stop()

    def test_starting_twice_is_a_bug(self, alarm):
        alarm.start(lambda: None)
        with pytest.raises(InternalError):
            alarm.start(lambda: None)
        alarm.stop()


class TestSchedulerAlarm(AlarmContract):
    @pytest.fixture
    def alarm(self):
        alarm = SchedulerAlarm()
        yield alarm
        alarm.stop()

    @pytest.fixture
    def moments(self):
        now = datetime.now(UTC)
        return now - timedelta(hours=1), now + timedelta(hours=1)


class TestHandAlarm(AlarmContract):
    @pytest.fixture
    def alarm(self, clock):
        return HandAlarm(clock)

    @pytest.fixture
    def moments(self, clock):
        return clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)

    def test_it_rings_when_its_clock_is_moved(self, alarm, moments, clock):
        rings = []
        alarm.start(lambda: rings.append(True))
        alarm.set_deadlines([Deadline(new_job_id(), Part.SOURCE, moments[1])])
        clock.advance(hours=1)
        alarm.wake()
        alarm.wake()
        assert rings == [True]


class SeatContract:
    """two is a pair of seats of one vault."""

    def test_one_gets_it_and_the_other_does_not(self, two):
        assert two[0].try_take()
        assert not two[1].try_take()

    def test_taking_it_again_is_still_ours(self, two):
        assert two[0].try_take()
        assert two[0].try_take()

    def test_what_is_given_up_can_be_taken(self, two):
        two[0].try_take()
        two[0].release()
        assert two[1].try_take()
        assert not two[0].try_take()

    def test_giving_up_what_is_not_ours_changes_nothing(self, two):
        two[0].try_take()
        two[1].release()
        assert not two[1].try_take()
        two[0].release()
        two[0].release()


class TestFileSeat(SeatContract):
    @pytest.fixture
    def two(self, tmp_path):
        pair = [FileSeat(tmp_path / "state" / "reader.lock") for _ in range(2)]
        yield pair
        for seat in pair:
            seat.release()


class TestSharedSeat(SeatContract):
    @pytest.fixture
    def two(self):
        holders = []
        return [SharedSeat(holders) for _ in range(2)]


class FileIntakeContract:
    """made turns names and bytes into paths that the intake knows."""

    def test_named_paths_are_listed_in_order_as_documents(self, intake, folder):
        paths = [folder / "b.xyz", folder / "a.pdf", folder / "missing"]
        found = list(intake.listing(paths))
        assert [one.path for one in found] == paths
        assert all(one.is_document for one in found)

    def test_bytes_come_back(self, intake, folder):
        source = intake.open(folder / "a.pdf")
        assert b"".join(source.chunks()) == b"document"
        assert (source.name, source.path) == ("a.pdf", str(folder / "a.pdf"))

    def test_refusals_have_their_names(self, intake, folder):
        with pytest.raises(FileMissing):
            intake.open(folder / "missing")
        with pytest.raises(FileEmpty):
            intake.open(folder / "empty.pdf")


CONTENTS = {"a.pdf": b"document", "b.xyz": b"other", "empty.pdf": b""}


class TestLocalFiles(FileIntakeContract):
    @pytest.fixture
    def folder(self, tmp_path):
        for name, data in CONTENTS.items():
            (tmp_path / name).write_bytes(data)
        return tmp_path

    @pytest.fixture
    def intake(self):
        return LocalFiles(Limits())


class TestMemoryFiles(FileIntakeContract):
    @pytest.fixture
    def folder(self):
        return Path("/nowhere")

    @pytest.fixture
    def intake(self, folder):
        return MemoryFiles({folder / name: data for name, data in CONTENTS.items()})
