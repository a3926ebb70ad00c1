import base64
import json
from uuid import UUID

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from fieldops_sync.keys import (
    SYNC_AUDIENCE,
    BadProof,
    DeviceKey,
    check_public_jwk,
    ops_sha256,
    sign_manifest,
    sign_proof,
    sign_salvage,
    verify_manifest,
    verify_proof,
    verify_salvage,
)

DEVICE = UUID("0192f0c0-0000-7000-8000-000000000001")
OTHER = UUID("0192f0c0-0000-7000-8000-000000000002")
KEY = DeviceKey.generate()
JWK = KEY.public_jwk
OPS = [b'{"a":1,"seq":4}', b'{"b":NaN}']


def test_a_key_survives_pem_and_jwk() -> None:
    assert DeviceKey.from_pem(KEY.to_pem()).public_jwk == JWK
    assert DeviceKey.from_jwk(KEY.to_jwk()).public_jwk == JWK
    assert sorted(JWK) == ["crv", "kty", "x", "y"]


def test_a_key_as_a_browser_exports_it_is_a_key() -> None:
    assert check_public_jwk({**JWK, "ext": True, "key_ops": ["verify"]}) == JWK


@pytest.mark.parametrize("value", [5, None, ["x"]])
def test_a_member_that_is_no_text_makes_no_key(value: object) -> None:
    with pytest.raises(BadProof):
        check_public_jwk({**JWK, "x": value})


def test_a_good_proof_gives_a_fresh_jti() -> None:
    jtis = {
        verify_proof(sign_proof(KEY, SYNC_AUDIENCE, DEVICE, "n"), JWK, SYNC_AUDIENCE, DEVICE, "n")
        for _ in range(3)
    }
    assert len(jtis) == 3


@pytest.mark.parametrize(
    ("audience", "device", "nonce"),
    [("other", DEVICE, "n"), (SYNC_AUDIENCE, OTHER, "n"), (SYNC_AUDIENCE, DEVICE, "m")],
)
def test_a_proof_binds_audience_device_and_nonce(audience: str, device: UUID, nonce: str) -> None:
    proof = sign_proof(KEY, SYNC_AUDIENCE, DEVICE, "n")
    with pytest.raises(BadProof):
        verify_proof(proof, JWK, audience, device, nonce)


def test_another_key_is_refused() -> None:
    proof = sign_proof(DeviceKey.generate(), SYNC_AUDIENCE, DEVICE, "n")
    with pytest.raises(BadProof):
        verify_proof(proof, JWK, SYNC_AUDIENCE, DEVICE, "n")


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


GOOD_CLAIMS = {"aud": SYNC_AUDIENCE, "device": str(DEVICE), "nonce": "n", "jti": "j" * 32}


def forged(header: dict[str, object], key: Key | None = None) -> str:
    if key is None:
        return f"{encoded(header)}.{encoded(GOOD_CLAIMS)}."
    return jws.serialize_compact(
        header, json.dumps(GOOD_CLAIMS), key, algorithms=[str(header["alg"])]
    )


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "a.b",
        "x" * 5000,
        forged({"alg": "none"}),
        forged({"alg": "ES256"}),
        forged({"alg": "HS256"}, OctKey.import_key(JWK["x"])),
        forged({"alg": "RS256"}, RSAKey.generate_key(2048)),
        forged({"alg": "ES384"}, ECKey.generate_key("P-384")),
    ],
)
def test_other_algorithms_and_garbage_are_refused(proof: str) -> None:
    with pytest.raises(BadProof):
        verify_proof(proof, JWK, SYNC_AUDIENCE, DEVICE, "n")


@pytest.mark.parametrize(
    "claims",
    [
        {name: value for name, value in GOOD_CLAIMS.items() if name != "jti"},
        GOOD_CLAIMS | {"jti": "short"},
        GOOD_CLAIMS | {"exp": "never"},
    ],
)
def test_a_proof_holds_exactly_its_claims(claims: dict[str, str]) -> None:
    with pytest.raises(BadProof):
        verify_proof(KEY.sign(claims), JWK, SYNC_AUDIENCE, DEVICE, "n")


def test_a_signed_list_is_no_proof() -> None:
    signed = jws.serialize_compact({"alg": "ES256"}, "[]", ECKey.import_key(KEY.to_pem()))
    with pytest.raises(BadProof):
        verify_proof(signed, JWK, SYNC_AUDIENCE, DEVICE, "n")


def test_salvage_binds_the_ops_and_their_order_but_not_seq() -> None:
    signature = sign_salvage(KEY, SYNC_AUDIENCE, DEVICE, "n", OPS)
    verify_salvage(signature, JWK, SYNC_AUDIENCE, DEVICE, "n", [b'{"seq":9,"a":1}', OPS[1]])
    for other in (OPS[::-1], OPS[:1], []):
        with pytest.raises(BadProof):
            verify_salvage(signature, JWK, SYNC_AUDIENCE, DEVICE, "n", other)


def test_a_salvage_is_no_proof_and_a_proof_no_salvage() -> None:
    with pytest.raises(BadProof):
        verify_proof(
            sign_salvage(KEY, SYNC_AUDIENCE, DEVICE, "n", OPS), JWK, SYNC_AUDIENCE, DEVICE, "n"
        )
    with pytest.raises(BadProof):
        verify_salvage(
            sign_proof(KEY, SYNC_AUDIENCE, DEVICE, "n"), JWK, SYNC_AUDIENCE, DEVICE, "n", OPS
        )


def test_ops_hash_is_over_the_canonical_hashes() -> None:
    assert ops_sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert ops_sha256(OPS) == ops_sha256([b'{"a": 1}', OPS[1]]) != ops_sha256(OPS[:1])


def test_a_manifest_is_bound_to_device_and_bytes() -> None:
    signature = sign_manifest(KEY, DEVICE, b"{}")
    verify_manifest(signature, JWK, DEVICE, b"{}")
    for device, manifest in ((OTHER, b"{}"), (DEVICE, b"{ }")):
        with pytest.raises(BadProof):
            verify_manifest(signature, JWK, device, manifest)


P384 = ECKey.generate_key("P-384")


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct", "k": "AAAA"},
        JWK | {"x": JWK["y"]},
        JWK | {"x": "!"},
        {name: str(value) for name, value in P384.as_dict(private=False).items()},
    ],
)
def test_only_p256_keys_are_taken(jwk: dict[str, str]) -> None:
    with pytest.raises(BadProof):
        check_public_jwk(jwk)


def test_private_members_never_pass_a_public_key_check() -> None:
    assert check_public_jwk(KEY.to_jwk() | {"use": "sig"}) == JWK


def test_a_device_key_is_private_and_p256() -> None:
    for make in (
        lambda: DeviceKey.from_jwk(JWK),
        lambda: DeviceKey.from_pem(b"nonsense"),
        lambda: DeviceKey.from_pem(P384.as_pem(private=True)),
    ):
        with pytest.raises(BadProof):
            make()
