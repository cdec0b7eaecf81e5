"""The printed code that stands in for the keyring: its letters, and the key pair that it makes.

128 random bits and 12 to check them by, as 28 symbols of Crockford's base 32 in seven groups:
no I, L, O and U, and what people read or type instead of them counts as what was meant. A slip
in one of them is told apart from another vault's code in all but one of 4,096 cases.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mayfly.domain.errors import RecoveryCodeMistyped

CODE_BYTES = 16
_CHECK_BITS = 12
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS, _COUNT, _GROUP = 5, 28, 4
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> bytes:
    """Return the secret of a fresh code."""
    return secrets.token_bytes(CODE_BYTES)


def format_code(code: bytes) -> str:
    """Return the code as it is printed: 1A2B-3C4D-..."""
    number = int.from_bytes(code, "big") << _CHECK_BITS | _check(code)
    shifts = range((_COUNT - 1) * _BITS, -1, -_BITS)
    text = "".join(_SYMBOLS[number >> shift & 31] for shift in shifts)
    return "-".join(text[at : at + _GROUP] for at in range(0, _COUNT, _GROUP))


def parse_code(text: str) -> bytes:
    """Return the secret of a code that was typed; RecoveryCodeMistyped when it cannot be one."""
    symbols = "".join(text.split()).upper().translate(_MEANT)
    number = 0
    for symbol in symbols:
        place = _SYMBOLS.find(symbol)
        if place < 0:
            raise RecoveryCodeMistyped
        number = number << _BITS | place
    if len(symbols) != _COUNT:
        raise RecoveryCodeMistyped
    code = (number >> _CHECK_BITS).to_bytes(CODE_BYTES, "big")
    if number & (1 << _CHECK_BITS) - 1 != _check(code):
        raise RecoveryCodeMistyped
    return code


def key_pair(code: bytes, vault_id: bytes) -> X25519PrivateKey:
    """Return the private key that the code makes for this vault."""
    seed = HKDF(
        algorithm=hashes.SHA256(),
        length=32,
        salt=None,
        info=b"mayfly/1/recovery-key" + vault_id,
    ).derive(code)
    return X25519PrivateKey.from_private_bytes(seed)


def _check(code: bytes) -> int:
    digest = hashlib.sha256(b"mayfly/1/recovery-code" + code).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECK_BITS
