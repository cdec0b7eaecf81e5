"""After a panic not one run of the key's bytes is on the raw disk, as far as it overwrites."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.loop_images import mounted_image, require_images
from tests.vault.rotating import Place, admit
from tests.vault.test_panic import destroy, doomed

RUN = 32


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs"])
def test_the_shard_is_gone_from_the_raw_disk(kind: str, tmp_path: Path) -> None:
    require_images(kind)
    image = tmp_path / "disk.img"
    with mounted_image(tmp_path, kind, kept=image) as disk:
        folder = disk / "today"
        folder.mkdir()
        place = Place(folder, "keyring")
        vault = place.open()
        admit(vault, "letter")
        key = _live_slot(place)
        os.sync()
        # The control: before that, it is there.
        assert _runs_in(image, key) > 0

        report = destroy(doomed(place))

        vault.close()
    assert report.key_destroyed
    assert _runs_in(image, key) == 0


def _live_slot(place: Place) -> bytes:
    data = place.paths.shard.read_bytes()
    (at,) = [at for at in (0, 16_384) if data[at : at + 8] == b"MAYFLYS1"]
    return data[at + 64 : at + 16_384]


def _runs_in(image: Path, key: bytes) -> int:
    """How many of the key's runs are anywhere on the image."""
    raw = image.read_bytes()
    return sum(key[at : at + RUN] in raw for at in range(0, len(key) - RUN, 1_024))
