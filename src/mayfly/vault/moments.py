"""Moments as the vault stores them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mayfly.domain.errors import InternalError, VaultDamaged

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros_of(moment: datetime) -> int:
    """Return the moment as an integer, exactly; InternalError when it has no time zone."""
    if moment.tzinfo is None:
        raise InternalError("a moment without a time zone reached the vault")
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(micros: int) -> datetime:
    """Return the aware UTC moment that micros_of turned into this integer.

    VaultDamaged for a number that no moment has.
    """
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError as error:
        raise VaultDamaged from error


def optional_moment_of(micros: int | None) -> datetime | None:
    """Return the moment, or None for a moment that has not come."""
    return None if micros is None else moment_of(micros)
