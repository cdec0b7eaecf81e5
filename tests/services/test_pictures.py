"""Saving pictures of a document into a folder of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import InternalError, SourceGone, TargetMissing
from mayfly.domain.ids import JobId
from mayfly.domain.image_errors import NoSuchImage
from mayfly.domain.images import ImageId, ImageRef
from mayfly.export.files import FolderTarget
from mayfly.services.lane import ThreadLane
from mayfly.services.pictures import Pictures
from tests.fakes_engine import ScriptPage, image_of
from tests.services.conftest import House


class WatchedTarget(FolderTarget):
    """A real folder; before_name is called when a file is whole and has no name yet."""

    before_name: Callable[[], object] = staticmethod(lambda: None)

    def write_new(self, *place, check, **others) -> Path:
        def late() -> None:
            self.before_name()
            check()

        return super().write_new(*place, check=late, **others)


@pytest.fixture
def target() -> WatchedTarget:
    return WatchedTarget()


@pytest.fixture
def pictures(house: House, target: WatchedTarget) -> Iterator[Pictures]:
    made = Pictures(
        house.library,
        house.vault.audit,
        house.lane,
        save_lane=ThreadLane("pictures"),
        target=target,
        clock=house.clock,
    )
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def read(house: House, name: str = "letter.pdf") -> JobId:
    job = house.admit(ScriptPage("one", images=2), ScriptPage("two", images=1), name=name)
    house.queue()
    house.wait_until_read(job)
    return job


def refs(job: JobId, *ids: tuple[int, int]) -> list[ImageRef]:
    return [ImageRef(job, ImageId(*one)) for one in ids]


def exports(house: House) -> list[dict]:
    entries = house.on_vault(house.vault.audit.entries)
    return [dict(one.detail) for one in entries if one.kind is AuditKind.EXPORTED]


def test_pictures_are_saved_under_their_documents_name_and_number(house, pictures, out) -> None:
    job = read(house)

    written = pictures.save(refs(job, (1, 2), (2, 1)), out).result()

    assert written == (out / "letter page-1-image-2.png", out / "letter page-2-image-1.png")
    assert [path.read_bytes() for path in written] == [
        image_of(ImageId(1, 2)).data,
        image_of(ImageId(2, 1)).data,
    ]
    assert exports(house) == [{"target": "file", "format": "image"}]


def test_nothing_is_overwritten(house, pictures, out) -> None:
    job = read(house)
    (out / "letter page-1-image-1.png").write_text("mine")

    (written,) = pictures.save(refs(job, (1, 1)), out).result()

    assert written.name == "letter page-1-image-1 (2).png"
    assert (out / "letter page-1-image-1.png").read_text() == "mine"


def test_what_was_there_is_replaced_when_that_is_wished(house, pictures, out) -> None:
    job, namesake = read(house), read(house)
    old = out / "letter page-1-image-1.png"
    old.write_text("mine")

    wanted = refs(job, (1, 1)) + refs(namesake, (1, 1))
    written = pictures.save(wanted, out, replace=True).result()

    # A document of the same name takes no place of one that was written just now.
    assert [path.name for path in written] == [
        "letter page-1-image-1.png",
        "letter page-1-image-1 (2).png",
    ]
    assert old.read_bytes() == image_of(ImageId(1, 1)).data


def test_a_long_name_does_not_take_the_number_of_the_page_away(house, pictures, out) -> None:
    job = read(house, name="ü" * 120 + ".pdf")

    (written,) = pictures.save(refs(job, (2, 1)), out).result()

    assert written.name.endswith("üü page-2-image-1.png")


def test_what_is_not_there_fails_and_those_before_it_are_written(house, pictures, out) -> None:
    job = read(house)

    with pytest.raises(NoSuchImage):
        pictures.save(refs(job, (1, 1), (1, 3), (2, 1)), out).result()

    assert [path.name for path in out.iterdir()] == ["letter page-1-image-1.png"]
    assert len(exports(house)) == 1
    with pytest.raises(TargetMissing):
        pictures.save(refs(job, (1, 1)), out / "nowhere").result()


def test_a_picture_that_is_deleted_while_it_is_saved_gets_no_name(
    house, pictures, target, out
) -> None:
    job = read(house)
    target.before_name = lambda: house.deletions.delete_page_images(job, 1).result()

    with pytest.raises(SourceGone):
        pictures.save(refs(job, (1, 1)), out).result()

    assert list(out.iterdir()) == []
    assert exports(house) == []


def test_after_closing_nothing_is_begun(house, pictures, target, out) -> None:
    job = read(house)
    # Said while the first is in hand: the second waits behind it.
    target.before_name = pictures._closing.set

    first, second = (pictures.save(refs(job, one), out) for one in ((1, 1), (1, 2)))

    assert first.result()
    with pytest.raises(InternalError):
        second.result()
    assert len(list(out.iterdir())) == 1
