"""Where destinations can be: what each provider fills in, and what cannot be right. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mayfly.domain.destinations import Addressing, Credentials, Place, Provider
from mayfly.domain.storage_errors import CredentialsInvalid, DestinationInvalid, InsecureEndpoint

MOST_NAME_CHARACTERS = 100
MOST_PREFIX_CHARACTERS = 512
MOST_KEY_CHARACTERS = 128
MOST_SECRET_CHARACTERS = 320
"""With the key id, each character escaped, it still is one entry of every keyring."""

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
"""What S3 ever allowed: old buckets have capital letters and underscores."""

_REGION = re.compile(r"[A-Za-z0-9-]{1,63}")
_ACCOUNT = re.compile(r"[0-9A-Za-z-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_NOT_ASCII = re.compile(r"[^!-~]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a provider's places have in common.

    endpoint may hold {region} and {account}; "" where only the user can know it. region is what
    is taken when none is named; "" where one must be.
    """

    endpoint: str
    region: str
    addressing: Addressing

    @property
    def needs_account(self) -> bool:
        """Whether the address holds an account's id."""
        return "{account}" in self.endpoint


PATTERNS = {
    Provider.AMAZON_S3: Pattern("https://s3.{region}.amazonaws.com", "", Addressing.VIRTUAL),
    Provider.CLOUDFLARE_R2: Pattern(
        "https://{account}.r2.cloudflarestorage.com", "auto", Addressing.PATH
    ),
    Provider.GOOGLE_CLOUD: Pattern("https://storage.googleapis.com", "auto", Addressing.PATH),
    Provider.MINIO: Pattern("", "us-east-1", Addressing.PATH),
    Provider.BACKBLAZE_B2: Pattern("https://s3.{region}.backblazeb2.com", "", Addressing.VIRTUAL),
    Provider.WASABI: Pattern("https://s3.{region}.wasabisys.com", "", Addressing.VIRTUAL),
    Provider.OTHER: Pattern("", "us-east-1", Addressing.PATH),
}


def filled(place: Place, *, account: str = "") -> Place:
    """Return the place with what its provider fills in where it says "".

    account: Cloudflare's account id. DestinationInvalid where something is missing, and as
    checked_place.
    """
    pattern = PATTERNS[place.provider]
    region = place.region or pattern.region
    endpoint = place.endpoint
    if not endpoint:
        lacks_account = pattern.needs_account and not _ACCOUNT.fullmatch(account)
        if not pattern.endpoint or not region or lacks_account:
            raise DestinationInvalid
        endpoint = pattern.endpoint.format(region=region, account=account)
    return checked_place(replace(place, endpoint=endpoint, region=region))


def checked_place(place: Place) -> Place:
    """Return the place in its one way of writing; DestinationInvalid, InsecureEndpoint."""
    endpoint = _endpoint(place.endpoint)
    prefix = place.prefix.strip("/")
    if prefix:
        prefix += "/"
    if not (
        _BUCKET.fullmatch(place.bucket)
        and _REGION.fullmatch(place.region)
        and len(prefix) <= MOST_PREFIX_CHARACTERS
        and prefix.isprintable()
        and not any(part in ("", ".", "..") for part in prefix.split("/")[:-1])
    ):
        raise DestinationInvalid
    return replace(place, endpoint=endpoint, prefix=prefix)


def checked_name(name: str) -> str:
    """Return a destination's name as it is kept; DestinationInvalid."""
    name = name.strip()
    if not name or len(name) > MOST_NAME_CHARACTERS or not name.isprintable():
        raise DestinationInvalid
    return name


def checked_credentials(credentials: Credentials) -> Credentials:
    """Return an access key without the spaces that copying brings; CredentialsInvalid."""
    key_id, secret = credentials.key_id.strip(), credentials.secret.strip()
    fits = 0 < len(key_id) <= MOST_KEY_CHARACTERS and 0 < len(secret) <= MOST_SECRET_CHARACTERS
    if not fits or _NOT_ASCII.search(key_id + secret):
        raise CredentialsInvalid
    return Credentials(key_id, secret)


def _endpoint(text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DestinationInvalid from None
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not is_bare or parts.password or port == 0:
        raise DestinationInvalid
    address = _address(host)
    if address is None and not _HOST.fullmatch(host):
        raise DestinationInvalid
    if parts.scheme == "http" and not _is_near(host, address):
        raise InsecureEndpoint
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_near(host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    """Whether it is this computer or in a network of the user's own.

    A name without dots, or below .local and its like, is none of the public Internet; where it
    leads is looked at again when it is connected to.
    """
    if address is not None:
        return address.is_private and not address.is_unspecified
    return "." not in host or host.endswith((".localhost", ".local", ".lan", ".internal"))
