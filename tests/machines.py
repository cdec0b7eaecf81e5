"""Machines to judge: one on which everything holds."""

from __future__ import annotations

from mayfly.domain.machine import KeyringLock, MachineFacts, Place, SwapKind

GOOD_PLACE = Place(
    file_system="ext4",
    volume="253:0",
    journals_data=False,
    no_copy_on_write=False,
    shared_blocks=False,
    encrypted=True,
    flash=True,
    discards=True,
)
SOUND = MachineFacts(
    looked=True,
    system="Linux",
    vault=GOOD_PLACE,
    shard=GOOD_PLACE,
    swap=(SwapKind.ENCRYPTED,),
    hibernates=True,
    keyring_lock=KeyringLock.PASSWORD,
)
