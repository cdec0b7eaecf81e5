"""View once: pages in memory, one at a time, and nothing of them after closing."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from mayfly.domain.document_errors import PasswordNeeded
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.services.lane import ThreadLane
from mayfly.services.library import PageView
from mayfly.services.once import ReadOnce
from mayfly.services.viewing import Viewed, ViewOnce
from mayfly.system.files import LocalFiles
from mayfly.understand.plain_text import page_text
from tests.fakes_engine import EchoEngine, ScriptPage, document
from tests.waiting import eventually

ENGLISH = ReadOptions(("eng",))


@pytest.fixture
def open_one(engine: EchoEngine, tmp_path: Path):
    def make(*pages: str | ScriptPage, password: str | None = None, **script) -> Viewed:
        path = tmp_path / "a.pdf"
        path.write_bytes(document(*pages, title="a.pdf", **script))
        once = ViewOnce(
            lambda: ReadOnce(files=LocalFiles(Limits()), engine=engine, readers=2),
            make_lane=ThreadLane,
            page_text=page_text,
        )
        return once.open(path, ENGLISH, password)

    return make


def test_pages_come_one_by_one_with_picture_and_text(open_one, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    viewed = open_one("one", "two")
    first, second, end = (viewed.read_next().result() for _ in range(3))
    assert (first.number, first.text, first.job_id) == (1, "one", None)
    assert first.image is not None
    assert (second.text, end) == ("two", None)
    assert (viewed.count, len(viewed.views)) == (2, 2)
    viewed.close()
    assert [*before, tmp_path / "a.pdf"] == sorted(tmp_path.rglob("*"))


def test_closing_drops_every_page_and_ends_the_readers(open_one, engine: EchoEngine) -> None:
    viewed = open_one(*(f"zebracanary {number}" for number in range(9)))
    viewed.read_next().result()
    assert found_in_memory("zebracanary")
    viewed.close()
    assert viewed.views == ()
    eventually(lambda: not engine.alive)
    eventually(lambda: not found_in_memory("zebracanary"))


def test_a_page_in_hand_does_not_come_after_closing(open_one, engine: EchoEngine) -> None:
    viewed = open_one(ScriptPage("one", fault="hang"))
    asked = viewed.read_next()
    eventually(lambda: viewed.count == 1)
    viewed.close()
    eventually(asked.done)
    assert asked.exception() is not None or asked.result() is None
    assert viewed.views == ()
    eventually(lambda: not engine.alive)


def test_a_locked_document_asks_for_its_password(tmp_path: Path, engine: EchoEngine) -> None:
    path = tmp_path / "b.pdf"
    path.write_bytes(document("one", title="b.pdf", password="sesame"))
    once = ViewOnce(
        lambda: ReadOnce(files=LocalFiles(Limits()), engine=engine, readers=1),
        make_lane=ThreadLane,
        page_text=page_text,
    )
    locked = once.open(path, ENGLISH)
    with pytest.raises(PasswordNeeded):
        locked.read_next().result()
    locked.close()
    opened = once.open(path, ENGLISH, "sesame")
    assert opened.read_next().result().text == "one"
    opened.close()


def test_closing_before_anything_was_asked_is_no_error(open_one) -> None:
    viewed = open_one("one")
    viewed.close()
    viewed.close()


def found_in_memory(word: str) -> bool:
    gc.collect()
    return any(isinstance(one, PageView) and word in one.text for one in gc.get_objects())
