"""What is typed about a destination: what a provider fills in, and what is wrong. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mayfly.domain.destinations import Addressing, Place, Provider
from mayfly.ui.wording import Tr

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]+")
_ACCOUNT = re.compile(r"[0-9a-f]{32}")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()/-]*")


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """What is asked for one provider. endpoint may hold {region} or {account}; "" is asked for."""

    endpoint: str = ""
    region: str = ""
    asks_region: bool = False
    asks_account: bool = False
    addressing: Addressing = Addressing.PATH

    @property
    def asks_endpoint(self) -> bool:
        """Whether the address is the user's own."""
        return not self.endpoint


FORMS = {
    Provider.AMAZON_S3: ProviderForm(
        "https://s3.{region}.amazonaws.com",
        "eu-central-1",
        asks_region=True,
        addressing=Addressing.VIRTUAL,
    ),
    Provider.CLOUDFLARE_R2: ProviderForm(
        "https://{account}.r2.cloudflarestorage.com", "auto", asks_account=True
    ),
    Provider.GOOGLE_CLOUD: ProviderForm("https://storage.googleapis.com", "auto"),
    Provider.MINIO: ProviderForm("", "us-east-1", asks_region=True),
    Provider.BACKBLAZE_B2: ProviderForm(
        "https://s3.{region}.backblazeb2.com", "eu-central-003", asks_region=True
    ),
    Provider.WASABI: ProviderForm(
        "https://s3.{region}.wasabisys.com", "eu-central-1", asks_region=True
    ),
    Provider.OTHER: ProviderForm("", "us-east-1", asks_region=True),
}


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

    @property
    def form(self) -> ProviderForm:
        """What is asked for this provider."""
        return FORMS[self.provider]

    def place(self) -> Place:
        """Return the place that these fields name; to be checked first."""
        form = self.form
        region = self.region if form.asks_region else form.region
        endpoint = form.endpoint.format(region=region, account=self.account) or self.endpoint
        prefix = self.prefix.strip("/")
        return Place(
            provider=self.provider,
            endpoint=endpoint.rstrip("/"),
            region=region,
            bucket=self.bucket,
            prefix=f"{prefix}/" if prefix else "",
            addressing=self.addressing if form.asks_endpoint else form.addressing,
            ca_file=self.ca_file or None,
        )


def account_of(place: Place) -> str:
    """Return the account that stands in an R2 address; "" in any other."""
    host = urlsplit(place.endpoint).hostname or ""
    return host.partition(".")[0] if place.provider is Provider.CLOUDFLARE_R2 else ""


def endpoint_fault(tr: Tr, endpoint: str) -> str:
    """Return what is wrong with an address; "" for nothing."""
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        return tr("An address begins with https:// and a host, such as https://s3.example.org")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        return tr("Only scheme, host and port, please; the bucket has a field of its own.")
    if parts.scheme == "http" and not is_near(host):
        return tr("Without TLS only servers on this computer or in your own network can be used.")
    return ""


def is_near(host: str) -> bool:
    """Whether a host is this computer or an address of a private network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local


def bucket_fault(tr: Tr, bucket: str) -> str:
    """Return what is wrong with a bucket's name."""
    if "/" in bucket:
        return tr("The bucket's name alone; what comes after it is the prefix.")
    if _BUCKET.fullmatch(bucket) is None or ".." in bucket:
        return tr("3 to 63 small letters, digits, dots and hyphens.")
    return ""


def region_fault(tr: Tr, region: str) -> str:
    """Return what is wrong with a region."""
    if _REGION.fullmatch(region) is None:
        return tr("A region is small letters, digits and hyphens, such as eu-central-1.")
    return ""


def account_fault(tr: Tr, account: str) -> str:
    """Return what is wrong with an account id of Cloudflare's."""
    if _ACCOUNT.fullmatch(account) is None:
        return tr("The account id is 32 digits and letters from a to f.")
    return ""


def prefix_fault(tr: Tr, prefix: str) -> str:
    """Return what is wrong with a prefix; there need not be one."""
    parts = prefix.strip("/").split("/")
    wrong = any(part in (".", "..") for part in parts) or "" in parts[1:]
    if _PREFIX.fullmatch(prefix) is None or wrong:
        return tr("Letters, digits, hyphens and single strokes, such as scans/mayfly/.")
    return ""


def key_fault(tr: Tr, key_id: str, secret: str, *, may_stay: bool) -> tuple[str, str]:
    """Return what is wrong with the access key id, and with the secret."""
    if may_stay and not key_id and not secret:
        return "", ""
    spaces = tr("There is a space in it: it was copied with too much around it.")
    id_fault = "" if key_id else tr("The access key id belongs to it, too.")
    secret_fault = "" if secret else tr("The secret belongs to it, too.")
    if any(map(str.isspace, key_id)):
        id_fault = spaces
    if any(map(str.isspace, secret)):
        secret_fault = spaces
    return id_fault, secret_fault
