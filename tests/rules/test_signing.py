"""The rules of signing in: waits, addresses, what a provider's claims are worth, own paths."""

import pytest

from fieldops.rules.addresses import client_address, masked, neighbourhood
from fieldops.rules.lockout import wait_ms, waits
from fieldops.rules.signon import login_of, own_path

MINUTE_MS = 60_000
LOOPBACK = ("127.0.0.0/8", "::1/128", "10.0.0.0/8")


def test_waits_begin_short_grow_and_end():
    found = [wait_ms(n, waits("nist", "account")) / MINUTE_MS for n in range(1, 13)]
    assert found == [0, 0, 0, 0, 0.5, 1, 2, 4, 8, 15, 15, 15]
    assert wait_ms(10**6, waits("nist", "known")) == 15 * MINUTE_MS


def test_mlps_locks_for_half_an_hour_after_five():
    found = [wait_ms(n, waits("cn-mlps", "account")) / MINUTE_MS for n in (4, 5, 50)]
    assert found == [0, 30, 30]


@pytest.mark.parametrize("profile", ["nist", "cn-mlps"])
def test_an_office_behind_one_address_may_fail_more_often(profile: str):
    found = [wait_ms(n, waits(profile, "address")) / MINUTE_MS for n in (19, 20, 21, 99)]
    assert found == [0, 1, 2, 15]


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "junk, , 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "junk", "127.0.0.1"),
        ("127.0.0.1", "unknown, 10.1.2.3", "10.1.2.3"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::1", "6.6.6.6, [2001:db8::7], [::1]", "[2001:db8::7]"),
        ("testclient", "198.51.100.1", "testclient"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, found: str):
    assert client_address(peer, forwarded, LOOPBACK) == found


def test_no_whole_address_is_kept():
    assert masked("203.0.113.77") == "203.0.113.0/24"
    assert masked("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert masked("2001:db8:1:2:3:4:5:6") == "2001:db8:1::/48"
    assert masked("a socket") == ""


def test_tries_are_counted_by_what_one_customer_has():
    assert neighbourhood("203.0.113.77") == "203.0.113.77/32"
    assert neighbourhood("2001:db8:1:2:3:4:5:6") == neighbourhood("2001:db8:1:2::9")
    assert neighbourhood("2001:db8:1:2::9") != neighbourhood("2001:db8:1:3::9")
    assert neighbourhood("[2001:db8:1:2::9]") == neighbourhood("2001:db8:1:2::9")
    assert neighbourhood("::ffff:203.0.113.77") == neighbourhood("203.0.113.77")
    assert neighbourhood("x" * 100) == "x" * 64


WANG = {"sub": "1", "email": "wang@anhe.example", "email_verified": True, "upn": "wang"}


@pytest.mark.parametrize(
    ("claims", "claim", "domains", "login"),
    [
        (WANG, "email", (), "wang@anhe.example"),
        (WANG, "email", ("Anhe.Example",), "wang@anhe.example"),
        (WANG, "upn", ("@anhe.example",), "wang"),
        (WANG, "upn", (), "wang"),
        (WANG, "email", ("other.example",), ""),
        (WANG, "upn", ("other.example",), ""),
        (WANG | {"email_verified": False}, "email", (), ""),
        (WANG | {"email_verified": "true"}, "email", (), ""),
        (WANG | {"email_verified": False}, "upn", (), "wang"),
        (WANG | {"email_verified": False}, "upn", ("anhe.example",), ""),
        (WANG | {"email": 7}, "email", (), ""),
        (WANG | {"upn": ["wang"]}, "upn", (), ""),
        (WANG | {"upn": ""}, "upn", (), ""),
        (WANG | {"upn": "wang\x00"}, "upn", (), ""),
        (WANG | {"upn": "w" * 201}, "upn", (), ""),
        (WANG, "nickname", (), ""),
        (WANG | {"email": "x@anhe.example.evil"}, "email", ("anhe.example",), ""),
    ],
)
def test_a_claim_is_a_login_where_the_provider_stands_for_it(claims, claim, domains, login):
    assert login_of(claims, claim, domains) == login


@pytest.mark.parametrize("path", ["/", "/signin", "/a/b?c=d#e", "/审核"])
def test_own_paths_are_gone_on_to(path: str):
    assert own_path(path, "/x") == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "signin",
        "//evil.example",
        "/\\evil.example",
        "/a\\b",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
    ],
)
def test_nothing_else_is_gone_on_to(path: str):
    assert own_path(path, "/x") == "/x"
