"""The keyring's half of the vault key: one ASCII line that holds one or two epochs.

Two while the key is being changed, so that a crash at any moment leaves a vault that opens.
One line because the text format of some keyrings breaks on a second one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from mayfly.domain.errors import KeyMissing

SHARE_BYTES = 32
_VERSION = "mayfly1"
MOST_EPOCHS = 2


def secret_name(vault_id: bytes) -> str:
    """Return the name of a vault's secret; from its id, so that a moved folder finds it."""
    return f"vault-{vault_id.hex()}"


def format_shares(shares: Mapping[int, bytes]) -> str:
    """Return the line for these epochs."""
    words = [f"{epoch}:{base64.urlsafe_b64encode(shares[epoch]).decode()}" for epoch in shares]
    return " ".join([_VERSION, *words])


def parse_shares(line: str) -> dict[int, bytes]:
    """Return the share of each epoch; KeyMissing when the line is none of ours."""
    version, *words = line.split(" ")
    if version != _VERSION or not 1 <= len(words) <= MOST_EPOCHS:
        raise KeyMissing
    try:
        pairs = [word.split(":") for word in words]
        shares = {int(epoch): base64.b64decode(text, b"-_", True) for epoch, text in pairs}
    except (ValueError, binascii.Error) as error:
        raise KeyMissing from error
    if any(len(share) != SHARE_BYTES for share in shares.values()):
        raise KeyMissing
    return shares
