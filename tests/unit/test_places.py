"""Where destinations can be: what providers fill in, and what is refused."""

from __future__ import annotations

import pytest

from mayfly.domain.destinations import Addressing, Credentials, Place, Provider
from mayfly.domain.places import (
    checked_credentials,
    checked_name,
    checked_place,
    filled,
)
from mayfly.domain.storage_errors import CredentialsInvalid, DestinationInvalid, InsecureEndpoint


def place(provider=Provider.OTHER, endpoint="https://s3.example.org", **changes) -> Place:
    wanted = {"region": "us-east-1", "bucket": "pictures", **changes}
    return Place(provider, endpoint, **wanted)


@pytest.mark.parametrize(
    ("provider", "region", "account", "endpoint", "filled_region"),
    [
        (Provider.AMAZON_S3, "eu-central-1", "", "https://s3.eu-central-1.amazonaws.com", None),
        (Provider.CLOUDFLARE_R2, "", "ab12", "https://ab12.r2.cloudflarestorage.com", "auto"),
        (Provider.GOOGLE_CLOUD, "", "", "https://storage.googleapis.com", "auto"),
        (Provider.BACKBLAZE_B2, "us-west-004", "", "https://s3.us-west-004.backblazeb2.com", None),
        (Provider.WASABI, "eu-west-1", "", "https://s3.eu-west-1.wasabisys.com", None),
    ],
)
def test_provider_fills_in_what_it_knows(provider, region, account, endpoint, filled_region):
    found = filled(place(provider, "", region=region), account=account)

    assert found.endpoint == endpoint
    assert found.region == (filled_region or region)


@pytest.mark.parametrize(
    ("provider", "region", "account"),
    [
        (Provider.AMAZON_S3, "", ""),
        (Provider.CLOUDFLARE_R2, "", ""),
        (Provider.CLOUDFLARE_R2, "", "a.b/c"),
        (Provider.MINIO, "", ""),
        (Provider.OTHER, "us-east-1", ""),
    ],
)
def test_what_only_the_user_knows_is_asked_for(provider, region, account):
    with pytest.raises(DestinationInvalid):
        filled(place(provider, "", region=region), account=account)


def test_named_endpoint_and_region_are_not_replaced():
    wanted = place(Provider.AMAZON_S3, "https://s3.example.org", region="here")

    assert filled(wanted) == wanted


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "s3.example.org",
        "ftp://s3.example.org",
        "https://",
        "https://s3.example.org/path",
        "https://s3.example.org?a=b",
        "https://user:word@s3.example.org",
        "https://s3.example.org:0",
        "https://s3.example.org:99999",
        "https://a b",
    ],
)
def test_endpoint_is_scheme_and_host(endpoint):
    with pytest.raises(DestinationInvalid):
        checked_place(place(endpoint=endpoint))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:9000",
        "http://[::1]:9000",
        "http://192.168.1.4",
        "http://localhost:8333",
        "http://nas",
        "http://nas.local:9000",
    ],
)
def test_plain_http_is_for_near_servers(endpoint):
    found = checked_place(place(endpoint=endpoint))

    assert found.endpoint == endpoint
    assert found.is_insecure


@pytest.mark.parametrize(
    "endpoint", ["http://s3.example.org", "http://8.8.8.8", "http://0.0.0.0:9", "http://[2600::1]"]
)
def test_plain_http_to_the_internet_is_refused(endpoint):
    with pytest.raises(InsecureEndpoint):
        checked_place(place(endpoint=endpoint))


@pytest.mark.parametrize(
    "changes",
    [
        {"bucket": ""},
        {"bucket": "ab"},
        {"bucket": "a/b"},
        {"bucket": "a" * 64},
        {"region": ""},
        {"region": "eu central"},
        {"prefix": "a//b"},
        {"prefix": "../up"},
        {"prefix": "line\nbreak"},
        {"prefix": "p" * 600},
    ],
)
def test_bucket_region_and_prefix_are_looked_at(changes):
    with pytest.raises(DestinationInvalid):
        checked_place(place(**changes))


def test_place_has_one_way_of_writing():
    found = checked_place(place(endpoint="https://S3.Example.org/", prefix="/scans/2026"))

    assert found.endpoint == "https://s3.example.org"
    assert found.prefix == "scans/2026/"
    assert found.addressing is Addressing.PATH


def test_name_is_a_short_line():
    assert checked_name("  Bucket at home ") == "Bucket at home"
    for wrong in ("", "  ", "two\nlines", "n" * 101):
        with pytest.raises(DestinationInvalid):
            checked_name(wrong)


def test_key_loses_only_the_spaces_of_copying():
    found = checked_credentials(Credentials(" AKID ", "se/cret+=\n"))

    assert (found.key_id, found.secret) == ("AKID", "se/cret+=")


@pytest.mark.parametrize(
    ("key_id", "secret"),
    [("", "secret"), ("id", " "), ("i d", "secret"), ("id", "sécret"), ("id", "s" * 321)],
)
def test_what_cannot_be_a_key_is_refused_without_showing_it(key_id, secret):
    with pytest.raises(CredentialsInvalid) as refused:
        checked_credentials(Credentials(key_id, secret))

    assert "secret" not in repr(refused.value.args)
    assert refused.value.__cause__ is None
