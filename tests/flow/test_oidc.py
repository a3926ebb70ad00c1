"""A provider that lies: tokens that prove nothing, keys that change, answers that make no sense."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.factories import NOON_MS

from fieldops.flow.oidc import Provider
from fieldops.flow.oidcfetch import Fetch, down
from fieldops.flow.oidcflow import Answer, Flow, seal, unseal
from fieldops.model.problem import ProblemError, slug_of
from fieldops.model.said import named
from fieldops.sections import OidcSettings

ISSUER, CLIENT, NONCE = "https://sso.anhe.example", "fieldops", "n-1"
NOW_S = NOON_MS // 1000
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
FLOW = Flow("s-1", NONCE, "v" * 43, "/", NOON_MS + 1000)
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth?tenant=7",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
GOOD = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "7",
    "exp": NOW_S + 60,
    "iat": NOW_S,
    "nonce": NONCE,
    "email": "fang@anhe.example",
}


class Liar(Fetch):
    """Says whatever a test wants; ``asked`` counts by address."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = dict(METADATA)
        self.keys: Any = [KEY.as_dict(private=False)]
        self.tokens: tuple[int, dict[str, Any]] = (200, {})
        self.user_info: dict[str, Any] = {}
        self.is_down = False
        self.asked: list[str] = []
        self.sent: list[tuple[dict[str, str], str]] = []

    def get(self, url: str, headers: Any = None) -> dict[str, Any]:
        self.asked.append(url.removeprefix(ISSUER))
        self.sent.append((dict(headers or {}), ""))
        if self.is_down:
            raise down(named("a test"))
        if url.endswith("/keys"):
            return {"keys": self.keys}
        return self.user_info if url.endswith("/me") else self.metadata

    def post(self, url: str, headers: Any, form: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(url.removeprefix(ISSUER))
        self.sent.append((dict(headers), form))
        return self.tokens


class House:
    """A provider as we see it, on top of a liar; ``now_ms`` is our clock."""

    def __init__(self, **settings: Any) -> None:
        self.liar, self.now_ms = Liar(), NOON_MS
        told = OidcSettings(issuer=ISSUER, client_id=CLIENT, **settings)
        self.provider = Provider(told, "https://desk.example/", lambda: self.now_ms, self.liar)

    def read(self, token: object) -> Any:
        return self.provider.read_id_token(token, NONCE)

    def why(self, token: object) -> str:
        return why(lambda: self.read(token))


@pytest.fixture
def house() -> House:
    return House()


def why(call: Callable[[], Any]) -> str:
    """The slug and the detail of the problem that a call ends with."""
    with pytest.raises(ProblemError) as caught:
        call()
    return f"{slug_of(caught.value.problem)}: {caught.value.problem.detail}"


def sign(claims: dict[str, Any], key: Any = KEY, alg: str = "ES256", **header: Any) -> str:
    return jwt.encode({"alg": alg, **header}, claims, key, algorithms=[alg])


def part(value: Any) -> str:
    raw = json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_good_token_is_believed(house: House):
    assert house.read(sign(GOOD, kid="k1"))["sub"] == "7"
    assert house.read(sign(GOOD))["sub"] == "7", "a provider with one key need not name it"
    assert house.read(sign(GOOD | {"aud": [CLIENT], "azp": CLIENT}))["sub"] == "7"
    assert house.read(sign(GOOD | {"exp": NOW_S - 59, "iat": NOW_S + 59}))["sub"] == "7"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"exp": NOW_S - 61}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": NOW_S + 61}, "iat"),
        ({"iat": None}, "iat"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "azp"),
    ],
)
def test_a_token_that_says_something_else_is_not(house: House, claims, told: str):
    given = {name: value for name, value in (GOOD | claims).items() if value is not None}
    assert house.why(sign(given)) == f"sso-failed: the ID token's {told} is wrong"


def test_a_token_that_proves_nothing_is_not(house: House):
    none = f"{part({'alg': 'none'})}.{part(GOOD)}."
    hmac = sign(GOOD, OctKey.import_key(b"fieldops" * 4), "HS256")
    for token in (none, hmac):
        assert house.why(token) == "sso-failed: the ID token's algorithm is not allowed"
    other = ECKey.generate_key("P-256", {"kid": "k1"})
    assert "another key" in house.why(sign(GOOD, other, kid="k1"))
    assert "another key" in house.why(sign(GOOD, RSAKey.generate_key(2048), "RS256"))
    head, _body, tail = sign(GOOD).split(".")
    assert "another key" in house.why(f"{head}.{part(GOOD | {'sub': '8'})}.{tail}")
    for junk in ("", "a.b.c", "é.é.é", f"{part([])}.{part({})}."):
        assert house.why(junk) == "sso-failed: the ID token cannot be read"
    for absent in (None, 7):
        assert house.why(absent) == "sso-failed: there is no ID token"


def test_keys_may_change_at_any_time_and_are_not_asked_for_in_a_flood(house: House):
    assert house.read(sign(GOOD, kid="k1"))
    new = ECKey.generate_key("P-256", {"kid": "k2"})
    house.liar.keys = [
        "junk",
        {"kty": "RSA"},
        {"kty": "oct", "k": "eA"},
        new.as_dict(private=False),
    ]
    for _ in range(3):
        assert "another key" in house.why(sign(GOOD, new, kid="k2"))
    assert house.liar.asked.count("/keys") == 1, "they were asked for just now"
    house.now_ms += 30_000
    claims = GOOD | {"exp": NOW_S + 3600}
    assert house.read(sign(claims, new, kid="k2"))
    assert house.liar.asked.count("/keys") == 2
    house.liar.keys = "none"
    house.now_ms += 3_600_000
    assert "another key" in house.why(sign(claims, new, kid="k2"))


def test_what_is_known_serves_while_the_provider_is_down(house: House):
    house.provider.begin("/", 600)
    house.now_ms += 3_600_000
    house.liar.is_down = True
    url, _flow = house.provider.begin("/", 600)
    assert url.startswith(f"{ISSUER}/auth?tenant=7&response_type=code&")
    fresh = House()
    fresh.liar.is_down = True
    assert why(lambda: fresh.provider.begin("/", 600)).startswith("sso-down")
    assert fresh.provider.sign_out_at() == ""


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://sso.anhe.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_names_odd_addresses_is_not_asked(house: House, said):
    house.liar.metadata |= said
    assert why(lambda: house.provider.begin("/", 600)).startswith("sso-down: the provider")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer("c", "s-1"), ""),
        (Answer("c", "s-1", ISSUER), ""),
        (Answer("c", "s-2", ISSUER), "the state is another one's"),
        (Answer("c", "s-1", "https://evil.example"), "the answer is of another issuer"),
        (Answer("", "s-1", ISSUER), "the provider says: no code"),
        (Answer("", "s-1", ISSUER, "access_denied"), "the provider says: access_denied"),
        (Answer("", "s-1", ISSUER, "say <this>"), "the provider says: no code"),
    ],
)
def test_an_answer_is_of_this_flow_and_this_provider(house: House, answer: Answer, told: str):
    if told:
        assert why(lambda: house.provider.check_answer(FLOW, answer)) == f"sso-failed: {told}"
    else:
        house.provider.check_answer(FLOW, answer)


def test_a_provider_that_names_itself_always_has_to(house: House):
    house.liar.metadata["authorization_response_iss_parameter_supported"] = True
    told = why(lambda: house.provider.check_answer(FLOW, Answer("c", "s-1")))
    assert told == "sso-failed: the answer is of another issuer"


def test_a_code_is_redeemed_as_the_provider_can(house: House):
    for methods, secret, header in (
        (None, "", False),
        (None, "x", True),
        (["client_secret_post"], "x", False),
        (["client_secret_basic", "none"], "x", True),
    ):
        made = House(client_secret=secret)
        made.liar.tokens = (200, {"id_token": sign(GOOD)})
        if methods:
            made.liar.metadata["token_endpoint_auth_methods_supported"] = methods
        assert made.provider.redeem(FLOW, "c")["email"] == "fang@anhe.example"
        headers, form = made.liar.sent[1]
        assert ("Authorization" in headers) is header
        assert ("client_secret=x" in form) is (secret == "x" and not header)
        assert f"code_verifier={FLOW.verifier}" in form


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((400, {"error": "invalid_grant"}), "sso-failed: the provider says: invalid_grant"),
        (
            (401, {"error": "invalid_client"}),
            "sso-down: the provider refused the code: invalid_client",
        ),
        ((500, {"error": ["x"]}), "sso-down: the provider refused the code: 500"),
        ((200, {}), "sso-failed: there is no ID token"),
    ],
)
def test_a_code_that_the_provider_refuses(house: House, answer, told: str):
    house.liar.tokens = answer
    assert why(lambda: house.provider.redeem(FLOW, "c")) == told


def test_user_info_is_asked_for_what_the_token_lacks_and_about_the_same_person():
    made = House(login_claim="upn")
    made.liar.tokens = (200, {"id_token": sign(GOOD), "access_token": "t"})
    assert made.provider.redeem(FLOW, "c").get("upn") is None
    made.liar.metadata["userinfo_endpoint"] = f"{ISSUER}/me"
    made.now_ms += 3_600_000
    made.liar.tokens = (200, {"id_token": sign(GOOD | {"exp": NOW_S + 7200}), "access_token": "t"})
    made.liar.user_info = {"sub": "7", "upn": "fang", "email": "other@anhe.example"}
    found = made.provider.redeem(FLOW, "c")
    assert (found["upn"], found["email"]) == ("fang", "fang@anhe.example")
    made.liar.user_info = {"sub": "8", "upn": "wei"}
    told = why(lambda: made.provider.redeem(FLOW, "c"))
    assert told == "sso-failed: the user info is about somebody else"


def test_where_head_office_signs_people_out(house: House):
    assert house.provider.sign_out_at() == ""
    for endpoint, sign in ((f"{ISSUER}/end", "?"), (f"{ISSUER}/end?t=7", "&")):
        made = House()
        made.liar.metadata["end_session_endpoint"] = endpoint
        assert made.provider.sign_out_at().startswith(f"{endpoint}{sign}client_id=fieldops&")


def test_a_flow_is_sealed_for_this_server_and_its_time():
    sealed = seal(b"s" * 32, FLOW)
    assert unseal(b"s" * 32, sealed, NOON_MS) == FLOW
    assert NONCE not in sealed
    assert why(lambda: unseal(b"s" * 32, sealed, FLOW.until_ms)) == "sso-failed: it took too long"
    # {"alg":"dir","enc":[]}: what names an algorithm is looked up before anything is opened.
    odd = "eyJhbGciOiJkaXIiLCJlbmMiOltdfQ..eHh4.eA.eXk"
    for secret, given in (
        (b"x" * 32, sealed),
        (b"s" * 32, sealed[:-2]),
        (b"s" * 32, ""),
        (b"s" * 32, odd),
    ):
        assert "this browser has not begun it" in why(partial(unseal, secret, given, 0))


# What comes over the wire


class Odd(BaseHTTPRequestHandler):
    """Answers as its path says: ``/404``, ``/302``, ``/long``, ``/list``, ``/deep``, ``/cut``."""

    def do_GET(self) -> None:
        bodies = {"long": b" " * 300_000 + b"{}", "list": b"[]", "deep": b"[" * 200_000}
        what = self.path.strip("/")
        if what == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")
            return
        self.send_response(int(what) if what.isdigit() else 200)
        self.send_header("Location", "/good")
        self.end_headers()
        self.wfile.write(bodies.get(what, b'{"good": true}'))

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.end_headers()
        self.wfile.write(json.dumps({"took": form.decode()}).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_documents_are_small_objects_straight_from_the_provider(odd: str):
    fetch = Fetch()
    assert fetch.get(f"{odd}/good") == {"good": True}
    for what in ("404", "302", "long", "list", "deep", "cut"):
        assert why(partial(fetch.get, f"{odd}/{what}")).startswith("sso-down"), what
    for url in ("http://sso.anhe.example/", "ftp://127.0.0.1/", "https://127.0.0.1:9/"):
        assert why(partial(fetch.get, url)).startswith("sso-down"), url
    assert fetch.post(f"{odd}/good", {}, "a=b") == (400, {"took": "a=b"})
