"""What servers and botocore say, put as the errors of domain/storage_errors.

What servers answer was taken from SeaweedFS 4.48 and rclone 1.75 (tests/export) and, where it was
not seen, from the providers' lists of error codes. Nothing of an answer but its code is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

from mayfly.domain.storage_errors import (
    AccessKeyWrong,
    BucketMissing,
    ClockWrong,
    MayNotDelete,
    MayNotRead,
    MayNotWrite,
    ObjectDiffers,
    RegionWrong,
    SecretWrong,
    StorageBusy,
    StorageError,
    StorageRefused,
    StorageUnreachable,
)

MOST_SKEW = timedelta(minutes=15)
"""What Amazon S3, Google Cloud Storage, SeaweedFS and rclone allow clocks to differ by."""


class Doing(Enum):
    """What was asked; says which right is missing when it is refused."""

    WRITE = MayNotWrite
    READ = MayNotRead
    DELETE = MayNotDelete
    OTHER = StorageRefused


class LineBroken(HTTPClientError):  # type: ignore[misc]  # botocore has no types
    """No connection, it broke, or no answer in time; botocore tries these again.

    Carries nothing: botocore's own text would have the address in it.
    """

    fmt = "the connection failed"


_BY_CODE: Mapping[str, type[StorageError]] = {
    "InvalidAccessKeyId": AccessKeyWrong,
    "InvalidSecurity": AccessKeyWrong,
    "Unauthorized": AccessKeyWrong,
    "SignatureDoesNotMatch": SecretWrong,
    "NoSuchBucket": BucketMissing,
    "InvalidBucketName": BucketMissing,
    "PermanentRedirect": RegionWrong,
    "TemporaryRedirect": RegionWrong,
    "IllegalLocationConstraintException": RegionWrong,
    "InvalidRegionName": RegionWrong,
    "RequestTimeTooSkewed": ClockWrong,
    "RequestExpired": ClockWrong,
    "RequestTimeout": StorageUnreachable,
    "IncompleteBody": StorageUnreachable,
    "SlowDown": StorageBusy,
    "BadDigest": ObjectDiffers,
    "InvalidDigest": ObjectDiffers,
    "XAmzContentSHA256Mismatch": ObjectDiffers,
    "XAmzContentChecksumMismatch": ObjectDiffers,
}
_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "403"})
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "NotFound", "404"})
_UNSAID = frozenset({"400", "403", "BadRequest", "Forbidden"})
"""Codes that botocore makes of a status when an answer has no body, as to HEAD."""


def error_of(
    error: Exception, doing: Doing, clock_off: timedelta | None = None
) -> StorageError | None:
    """Return what the error is in plain words; None when it is a fault of this program's own.

    clock_off is by how much the server's clock was seen to be ahead: servers that refuse a
    request for its date do not all say so.
    """
    if isinstance(error, StorageError):
        return error
    if isinstance(error, ClientError):
        return _of_answer(error, doing, clock_off)
    if isinstance(error, (HTTPClientError, IncompleteReadError)):
        return StorageUnreachable()
    if isinstance(error, (BotoCoreError, ResponseParserError)):
        return StorageRefused()
    return None


def is_missing(error: Exception) -> bool:
    """Tell whether the server says that there is no such object (not: no such bucket)."""
    return isinstance(error, ClientError) and code_of(error) in _MISSING


def is_unsaid(error: Exception) -> bool:
    """Tell whether an answer without a body hides why it refuses; GET would tell."""
    return isinstance(error, ClientError) and code_of(error) in _UNSAID


def code_of(error: ClientError) -> str:
    """Return the server's code, or its status where there is none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _of_answer(error: ClientError, doing: Doing, clock_off: timedelta | None) -> StorageError:
    said: Mapping[str, Any] = error.response.get("Error", {})
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = code_of(error)
    if code in _BY_CODE:
        # A wrong date makes a wrong signature on servers that do not look at the date first.
        kind = _BY_CODE[code]
        return ClockWrong() if kind is SecretWrong and _is_off(clock_off) else kind()
    if status == 429 or (status >= 500 and status != 501) or "Throttl" in code:
        return StorageBusy()
    if 300 <= status < 400:
        return RegionWrong()
    if _is_off(clock_off):
        return ClockWrong()
    if code in {"AuthorizationHeaderMalformed", "InvalidArgument"}:
        return _of_malformed(said)
    if code in _DENIED or status == 403:
        return _right(doing)
    return AccessKeyWrong() if status == 401 else StorageRefused()


def _of_malformed(said: Mapping[str, Any]) -> StorageError:
    """Tell a wrong region from a key id of a wrong form (R2: “has length 20, should be 32”)."""
    message = str(said.get("Message", "")).lower()
    if "Region" in said or "region" in message:
        return RegionWrong()
    return AccessKeyWrong() if "access key" in message else StorageRefused()


def _is_off(clock_off: timedelta | None) -> bool:
    return clock_off is not None and abs(clock_off) > MOST_SKEW


def _right(doing: Doing) -> StorageError:
    kind: type[StorageError] = doing.value
    return kind()
