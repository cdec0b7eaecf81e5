"""What users enter for a place: each entry's own error, and one way of writing for the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.destinations import Addressing, Place, Provider
from mayfly.domain.places import (
    checked_endpoint,
    checked_place,
    checked_prefix,
    filled,
    is_near_address,
)
from mayfly.domain.storage_errors import (
    AccountInvalid,
    BucketNameInvalid,
    DestinationInvalid,
    EndpointInvalid,
    InsecureEndpoint,
    PrefixInvalid,
    RegionInvalid,
)


def place(provider=Provider.OTHER, endpoint="https://s3.example.org", **changes) -> Place:
    return Place(provider, endpoint, **{"region": "us-east-1", "bucket": "pictures", **changes})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"endpoint": "https://s3.example.org/bucket"}, EndpointInvalid),
        ({"endpoint": "https://key:secret@s3.example.org"}, EndpointInvalid),
        ({"endpoint": "https://s3.example.org\\@evil.example"}, EndpointInvalid),
        ({"endpoint": "https://s3 .example.org"}, EndpointInvalid),
        ({"endpoint": "https://s3.example.org\n"}, None),
        ({"endpoint": "https://s3.\nexample.org"}, EndpointInvalid),
        ({"endpoint": "https://[::1"}, EndpointInvalid),
        ({"endpoint": "https://-a.example"}, EndpointInvalid),
        ({"endpoint": "https://a..example"}, EndpointInvalid),
        ({"endpoint": f"https://{'a' * 64}.example"}, EndpointInvalid),
        ({"endpoint": "http://192.0.2.1"}, InsecureEndpoint),
        ({"endpoint": "http://nas.example.org"}, InsecureEndpoint),
        ({"bucket": "192.168.5.4"}, BucketNameInvalid),
        ({"bucket": "a..b"}, BucketNameInvalid),
        ({"bucket": "arn:aws:s3:eu:1:accesspoint/a"}, BucketNameInvalid),
        ({"bucket": "pictures--use1-az4--x-s3"}, BucketNameInvalid),
        ({"bucket": "pictures-s3alias"}, BucketNameInvalid),
        ({"bucket": "Old_Bucket"}, None),
        ({"region": "eu/central"}, RegionInvalid),
        ({"region": ""}, RegionInvalid),
        ({"prefix": "a/../b"}, PrefixInvalid),
        ({"prefix": "a/. /b"}, PrefixInvalid),
        ({"prefix": "a\\b"}, PrefixInvalid),
        ({"prefix": "a\x00b"}, PrefixInvalid),
        ({"prefix": "a\ud800"}, PrefixInvalid),
        ({"prefix": "ü" * 257}, PrefixInvalid),
        ({"prefix": "Belege/ürlaub 2026"}, None),
    ],
)
def test_each_entry_has_its_own_error(changes, error):
    if error is None:
        checked_place(place(**changes))
    else:
        with pytest.raises(error):
            checked_place(place(**changes))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://s3.example.org:443/", "https://s3.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("https://Bücher.Example:9000", "https://xn--bcher-kva.example:9000"),
        ("https://[2001:DB8:0::1]:9000", "https://[2001:db8::1]:9000"),
        ("https://s3.example.org.", "https://s3.example.org"),
        ("http://[fd00::1]", "http://[fd00::1]"),
        ("http://nas.home.arpa:9000", "http://nas.home.arpa:9000"),
    ],
)
def test_an_endpoint_has_one_way_of_writing(text, clean):
    assert checked_endpoint(text) == clean
    assert checked_endpoint(clean) == clean


@pytest.mark.parametrize("host", ["straße.example", "λόγος.example", "nas\u200d.example"])
def test_a_name_that_could_be_somebody_elses_is_refused(host):
    # Python would ask for strasse.example, which need not belong to who has straße.example.
    with pytest.raises(EndpointInvalid):
        checked_endpoint(f"https://{host}")


@pytest.mark.parametrize(
    ("provider", "entries", "account", "endpoint"),
    [
        (
            Provider.AMAZON_S3,
            {"region": "cn-north-1"},
            "",
            "https://s3.cn-north-1.amazonaws.com.cn",
        ),
        (
            Provider.AMAZON_S3,
            {"region": "us-gov-west-1"},
            "",
            "https://s3.us-gov-west-1.amazonaws.com",
        ),
        (
            Provider.CLOUDFLARE_R2,
            {"region": ""},
            f"{'0a' * 16}.eu",
            f"https://{'0a' * 16}.eu.r2.cloudflarestorage.com",
        ),
    ],
)
def test_partitions_and_jurisdictions_have_servers_of_their_own(
    provider, entries, account, endpoint
):
    assert filled(place(provider, "", **entries), account=account).endpoint == endpoint


@pytest.mark.parametrize("account", ["", "a/b", "a.b.c", "a@b", "a.EU"])
def test_an_account_cannot_lead_elsewhere(account):
    with pytest.raises(AccountInvalid):
        filled(place(Provider.CLOUDFLARE_R2, "", region=""), account=account)


@pytest.mark.parametrize("region", ["", "eu.evil.example/", "a b"])
def test_a_region_cannot_lead_elsewhere(region):
    with pytest.raises(RegionInvalid):
        filled(place(Provider.AMAZON_S3, "", region=region))


@pytest.mark.parametrize(
    "changes",
    [{"bucket": "with.dots"}, {"bucket": "Old_Bucket"}, {"endpoint": "https://10.0.0.7"}],
)
def test_a_bucket_stands_in_the_path_where_it_cannot_be_a_host(changes):
    found = checked_place(place(addressing=Addressing.VIRTUAL, **changes))
    assert found.addressing is Addressing.PATH


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.32.0.1", False),
        ("192.168.255.1", True),
        ("169.254.1.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd12::1", True),
        ("::ffff:192.168.1.1", True),
        ("::ffff:8.8.8.8", False),
        ("8.8.8.8", False),
        ("100.64.0.1", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("2001:db8::1", False),
        ("not an address", False),
    ],
)
def test_near_is_this_computer_and_nets_at_home(address, near):
    assert is_near_address(address) is near


@given(st.text(max_size=60))
def test_a_prefix_never_leads_out_of_its_folder(text):
    try:
        prefix = checked_prefix(text)
    except PrefixInvalid:
        return
    assert prefix == "" or (prefix.endswith("/") and not prefix.startswith("/"))
    assert ".." not in prefix.split("/")
    assert checked_prefix(prefix) == prefix


@given(st.text(alphabet="htps:/@[]%.abc1ü \n\\?#", max_size=40))
def test_an_endpoint_is_clean_or_refused(text):
    try:
        endpoint = checked_endpoint(text)
    except (DestinationInvalid, InsecureEndpoint):
        return
    assert checked_endpoint(endpoint) == endpoint
    assert endpoint.isascii()
    assert "@" not in endpoint
