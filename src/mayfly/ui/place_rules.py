"""What is typed about a destination: what is asked for, and in words what is wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mayfly.domain.destinations import Addressing, Credentials, Place, Provider
from mayfly.domain.places import (
    PATTERNS,
    Pattern,
    checked_credentials,
    checked_name,
    checked_place,
    filled,
)
from mayfly.domain.storage_errors import InsecureEndpoint, StorageError
from mayfly.ui.wording import Tr

_SOUND = Place(Provider.OTHER, "https://s3.example.org", "here", "bucket")
"""Nothing is wrong with it, so that one field of another can be looked at alone."""

_R2_HOST = ".r2.cloudflarestorage.com"

_MISSING = "‹…›"


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they stand, unchecked."""

    provider: Provider
    endpoint: str
    account: str
    region: str
    bucket: str
    prefix: str
    addressing: Addressing
    ca_file: str
    has_own_address: bool = False
    """The provider has other addresses, too, and this is one of them."""

    @property
    def pattern(self) -> Pattern:
        """What is known of this provider's places."""
        return PATTERNS[self.provider]

    @property
    def asks_endpoint(self) -> bool:
        """Whether the address is the user's own."""
        return self.has_own_address or not self.pattern.endpoint

    @property
    def asks_region(self) -> bool:
        """Whether the region is for the user to say."""
        return self.asks_endpoint or not self.pattern.region

    @property
    def address(self) -> str:
        """The address as far as it is known; “‹…›” stands for what is missing."""
        if self.asks_endpoint:
            return self.endpoint
        region, account = self.region or _MISSING, self.account or _MISSING
        return self.pattern.endpoint.format(region=region, account=account)

    def place(self) -> Place:
        """Return the place that these fields name; DestinationInvalid, InsecureEndpoint."""
        wanted = Place(
            provider=self.provider,
            endpoint=self.endpoint if self.asks_endpoint else "",
            region=self.region if self.asks_region else "",
            bucket=self.bucket,
            prefix=self.prefix,
            addressing=self.addressing if self.asks_endpoint else self.pattern.addressing,
            ca_file=self.ca_file or None,
        )
        return filled(wanted, account=self.account)


def account_of(place: Place) -> str:
    """Return the account that stands in an R2 address; "" in any other."""
    host = urlsplit(place.endpoint).hostname or ""
    before, found, _ = host.partition(_R2_HOST)
    return before if found and place.provider is Provider.CLOUDFLARE_R2 else ""


def has_own_address(place: Place) -> bool:
    """Whether a place is not where its provider's pattern would put it."""
    try:
        usual = filled(replace(place, endpoint=""), account=account_of(place))
    except StorageError:
        return True
    return usual.endpoint != place.endpoint


def name_fault(tr: Tr, name: str) -> str:
    """Return what is wrong with a destination's name; "" for nothing."""
    try:
        checked_name(name)
    except StorageError:
        return tr("It needs a name, of at most 100 characters.")
    return ""


def endpoint_fault(tr: Tr, endpoint: str) -> str:
    """Return what is wrong with an address."""
    try:
        checked_place(replace(_SOUND, endpoint=endpoint))
    except InsecureEndpoint as error:
        return tr(error.text)
    except StorageError:
        if endpoint.startswith(("https://", "http://")) and endpoint.count("/") > 2:
            return tr("Only scheme, host and port, please; the bucket has a field of its own.")
        return tr("An address begins with https:// and a host, such as https://s3.example.org")
    return ""


def bucket_fault(tr: Tr, bucket: str) -> str:
    """Return what is wrong with a bucket's name."""
    if "/" in bucket:
        return tr("The bucket's name alone; what comes after it is the prefix.")
    if _fits(replace(_SOUND, bucket=bucket)):
        return ""
    return tr("3 to 63 letters, digits, dots, hyphens and underscores.")


def region_fault(tr: Tr, region: str) -> str:
    """Return what is wrong with a region."""
    if region and _fits(replace(_SOUND, region=region)):
        return ""
    return tr("A region is letters, digits and hyphens, such as eu-central-1.")


def account_fault(tr: Tr, account: str) -> str:
    """Return what is wrong with an account id of Cloudflare's."""
    try:
        filled(replace(_SOUND, provider=Provider.CLOUDFLARE_R2, endpoint=""), account=account)
    except StorageError:
        return tr(
            "The account id is letters and digits; .eu behind it for a bucket in that jurisdiction."
        )
    return ""


def prefix_fault(tr: Tr, prefix: str) -> str:
    """Return what is wrong with a prefix; there need not be one."""
    if _fits(replace(_SOUND, prefix=prefix)):
        return ""
    return tr("Words with single strokes between them, such as scans/mayfly/.")


def key_fault(tr: Tr, key_id: str, secret: str, *, may_stay: bool) -> tuple[str, str]:
    """Return what is wrong with the access key id, and with the secret."""
    if may_stay and not key_id and not secret:
        return "", ""
    id_fault = tr("The access key id belongs to it, too.") if not key_id else ""
    secret_fault = tr("The secret belongs to it, too.") if not secret else ""
    wrong = tr("This cannot be one: something else was copied with it.")
    if key_id and not _is_key(key_id, "secret"):
        id_fault = wrong
    if secret and not _is_key("key", secret):
        secret_fault = wrong
    return id_fault, secret_fault


def _is_key(key_id: str, secret: str) -> bool:
    try:
        checked_credentials(Credentials(key_id, secret))
    except StorageError:
        return False
    return True


def _fits(place: Place) -> bool:
    try:
        checked_place(place)
    except StorageError:
        return False
    return True
