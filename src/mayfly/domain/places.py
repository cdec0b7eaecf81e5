"""Where destinations can be: what each provider fills in, and what cannot be right. Pure.

The patterns are the providers' own, as they stand in docs.aws.amazon.com/general/latest/gr/s3.html,
developers.cloudflare.com/r2/reference/data-location, cloud.google.com/storage/docs/
request-endpoints, backblaze.com/apidocs/introduction-to-the-s3-compatible-api and
docs.wasabi.com/docs/what-are-the-service-urls-for-wasabis-different-storage-regions.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from mayfly.domain.destinations import Addressing, Credentials, Place, Provider
from mayfly.domain.storage_errors import (
    AccountInvalid,
    BucketNameInvalid,
    CredentialsInvalid,
    DestinationInvalid,
    EndpointInvalid,
    InsecureEndpoint,
    PrefixInvalid,
    RegionInvalid,
)

MOST_NAME_CHARACTERS = 100
MOST_PREFIX_BYTES = 512
MOST_KEY_CHARACTERS = 128
MOST_SECRET_CHARACTERS = 320
"""With the key id, each character escaped, it still is one entry of every keyring."""

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
"""What S3 ever allowed: old buckets have capital letters and underscores."""

_NO_BUCKETS = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")
"""How Amazon names what is no bucket, and is asked elsewhere and otherwise."""

_REGION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_ACCOUNT = re.compile(r"[0-9A-Za-z-]{1,64}(\.[a-z]{2,16})?")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_NOT_ASCII = re.compile(r"[^!-~]")
_DEVIANT = frozenset("ßẞς\u200c\u200d")
"""IDNA of 2003, which Python has, makes another name of these than what is registered today."""
_CHINA = re.compile(r"(https://s3\.cn-[a-z0-9-]+\.amazonaws\.com)")

_HOME = (".localhost", ".local", ".lan", ".home", ".internal", ".intranet", ".home.arpa")
"""Ends of names that no public server has."""

# is_private of ipaddress has much in it that is nobody's own net: documentation, benchmarks.
_NEAR = tuple(
    ipaddress.ip_network(net)
    for net in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


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

    account: Cloudflare's account id, with “.eu” or another jurisdiction behind it for a bucket
    that has one. DestinationInvalid where something is missing, and as checked_place.
    """
    pattern = PATTERNS[place.provider]
    region = place.region.strip() or pattern.region
    endpoint = place.endpoint.strip()
    if not endpoint:
        if not region:
            raise RegionInvalid
        if not pattern.endpoint:
            raise EndpointInvalid
        if pattern.needs_account and not _ACCOUNT.fullmatch(account):
            raise AccountInvalid
        endpoint = pattern.endpoint.format(region=checked_region(region), account=account)
        # The one partition of Amazon's with a name of its own for its servers.
        endpoint = _CHINA.sub(r"\1.cn", endpoint)
    return checked_place(replace(place, endpoint=endpoint, region=region))


def checked_place(place: Place) -> Place:
    """Return the place in its one way of writing.

    A DestinationInvalid that says which entry cannot be right, or InsecureEndpoint.
    """
    endpoint = checked_endpoint(place.endpoint)
    bucket = checked_bucket(place.bucket)
    addressing = place.addressing
    host = urlsplit(endpoint).hostname or ""
    if "." in bucket or "_" in bucket or _ip(host) is not None:
        # As a part of the host's name it would have no certificate, or no address.
        addressing = Addressing.PATH
    return replace(
        place,
        endpoint=endpoint,
        region=checked_region(place.region),
        bucket=bucket,
        prefix=checked_prefix(place.prefix),
        addressing=addressing,
    )


def checked_endpoint(text: str) -> str:
    """Return scheme, host and port, the host in ASCII.

    EndpointInvalid for anything more (a path, a user's name), InsecureEndpoint for plain HTTP to
    what may be public. Where a name leads is looked at again when it is connected to.
    """
    text = text.strip()
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or "\\" in text:
        raise EndpointInvalid
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise EndpointInvalid
    host, port = _checked_host(parts.hostname or ""), _port(parts)
    if parts.scheme == "http" and not _may_be_near(host):
        raise InsecureEndpoint
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{port}"


def checked_bucket(text: str) -> str:
    """Return a bucket's name; BucketNameInvalid."""
    name = text.strip()
    if not _BUCKET.fullmatch(name) or ".." in name or _ip(name) is not None:
        raise BucketNameInvalid
    if name.lower().endswith(_NO_BUCKETS):
        raise BucketNameInvalid
    return name


def checked_region(text: str) -> str:
    """Return a region; RegionInvalid."""
    region = text.strip()
    if not _REGION.fullmatch(region):
        raise RegionInvalid
    return region


def checked_prefix(text: str) -> str:
    """Return "" or a prefix that ends with “/” and does not begin with it; PrefixInvalid."""
    prefix = text.strip().strip("/")
    if not prefix:
        return ""
    parts = [part.strip() for part in prefix.split("/")]
    if any(part in {"", ".", ".."} for part in parts):
        raise PrefixInvalid
    # isprintable: no control characters, and no lone surrogates, which have no UTF-8.
    if not prefix.isprintable() or "\\" in prefix:
        raise PrefixInvalid
    if len(prefix.encode()) > MOST_PREFIX_BYTES:
        raise PrefixInvalid
    return f"{prefix}/"


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


def is_near_address(address: str) -> bool:
    """Tell whether an IP address is this computer's, or in a network of the user's own."""
    ip = _ip(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    return ip is not None and any(ip in net for net in _NEAR)


def _may_be_near(host: str) -> bool:
    """Tell whether a host is in a network of the user's own, or a name that can lead there.

    A name without dots, or below .local and its like, is none of the public Internet.
    """
    if _ip(host) is not None:
        return is_near_address(host)
    return "." not in host or host.endswith(_HOME)


def _split(text: str) -> SplitResult:
    parts = None
    if text.isprintable() and " " not in text:
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = None
    if parts is None:
        raise EndpointInvalid
    return parts


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise EndpointInvalid
    return "" if port in {None, {"http": 80, "https": 443}[parts.scheme]} else f":{port}"


def _checked_host(host: str) -> str:
    """Return a name in ASCII (IDNA), or an address in its usual form; EndpointInvalid."""
    ip = _ip(host)
    if ip is not None:
        return str(ip)
    if _DEVIANT & set(host):
        raise EndpointInvalid
    try:
        name = host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        name = ""
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise EndpointInvalid
    return name


def _ip(host: str) -> _Ip | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
