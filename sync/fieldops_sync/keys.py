"""The device key (P-256) and what it signs: proofs for tokens, salvage, and exported outboxes.

Every signature is a compact JWS (RFC 7515) by ES256 and nothing else.  It binds the audience, the
device and a nonce, and holds no times: clocks never matter (promise 6).
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from fieldops_sync.canonical import canonical_hash

SYNC_AUDIENCE = "fieldops:sync:v1"
"""The audience of proofs and salvages; HTTP.md, "Signatures"."""
EXPORT_AUDIENCE = "fieldops:export:v1"
"""The audience of an exported outbox."""

_ALGORITHM = "ES256"
_CURVE = "P-256"
_PUBLIC = ("kty", "crv", "x", "y")
_JWS_BYTES_MAX = 4096


class BadProof(ValueError):
    """A signature that does not stand: wrong key, algorithm, audience, device or nonce."""


class DeviceKey:
    """A device's private key; what leaves the device is ``public_jwk``."""

    def __init__(self, key: ECKey) -> None:
        if key.curve_name != _CURVE or not key.is_private:
            raise BadProof("a device key is a private P-256 key")
        self._key = key

    @classmethod
    def generate(cls) -> "DeviceKey":
        """A new random key."""
        return cls(ECKey.generate_key(_CURVE))

    @classmethod
    def from_pem(cls, pem: bytes) -> "DeviceKey":
        """The key of a PKCS #8 PEM text; raises BadProof."""
        try:
            return cls(ECKey.import_key(pem))
        except (JoseError, ValueError, TypeError) as error:
            raise BadProof("not a private key in PEM") from error

    @classmethod
    def from_jwk(cls, jwk: dict[str, str]) -> "DeviceKey":
        """The key of a private JWK (RFC 7517); raises BadProof."""
        return cls(_import_jwk(jwk))

    def to_pem(self) -> bytes:
        """PKCS #8, not encrypted: keep it where only the app can read."""
        return self._key.as_pem(private=True)

    def to_jwk(self) -> dict[str, str]:
        """The private JWK."""
        return _text_members(self._key, private=True)

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public JWK: kty, crv, x, y."""
        return _text_members(self._key, private=False)

    def sign(self, claims: dict[str, str]) -> str:
        """A compact JWS over the claims."""
        payload = json.dumps(claims, sort_keys=True, separators=(",", ":"))
        return jws.serialize_compact({"alg": _ALGORITHM}, payload, self._key, [_ALGORITHM])


def check_public_jwk(jwk: dict[str, Any]) -> dict[str, str]:
    """The four public members of a P-256 JWK; raises BadProof.

    What else it holds is not looked at: a browser exports ``ext`` and ``key_ops`` with it.
    """
    given = {name: jwk.get(name) for name in _PUBLIC}
    if not all(isinstance(value, str) for value in given.values()):
        raise BadProof("not an EC key in JWK")
    return _text_members(_import_jwk({name: str(given[name]) for name in _PUBLIC}), private=False)


def sign_proof(key: DeviceKey, audience: str, device: UUID, nonce: str) -> str:
    """The proof for ``token``: a JWS over aud, device, nonce and a fresh jti."""
    return key.sign(
        {"aud": audience, "device": str(device), "nonce": nonce, "jti": secrets.token_hex(16)}
    )


def verify_proof(
    signature: str, jwk: dict[str, str], audience: str, device: UUID, nonce: str
) -> str:
    """The jti of a good proof; raises BadProof."""
    return _verify(signature, jwk, audience, device, nonce, "jti")


def sign_salvage(
    key: DeviceKey, audience: str, device: UUID, nonce: str, ops: Iterable[bytes]
) -> str:
    """The signature of a salvage: a JWS over aud, device, nonce and ops_sha256."""
    claims = {"aud": audience, "device": str(device), "nonce": nonce, "ops_sha256": ops_sha256(ops)}
    return key.sign(claims)


def verify_salvage(
    signature: str,
    jwk: dict[str, str],
    audience: str,
    device: UUID,
    nonce: str,
    ops: Iterable[bytes],
) -> None:
    """Check that the device's key signed exactly these ops in this order; raises BadProof."""
    signed = _verify(signature, jwk, audience, device, nonce, "ops_sha256")
    if signed != ops_sha256(ops):
        raise BadProof("the signature is over other ops")


def sign_manifest(key: DeviceKey, device: UUID, manifest: bytes) -> str:
    """The signature of an exported outbox, over the SHA-256 of its manifest."""
    return key.sign(
        {
            "aud": EXPORT_AUDIENCE,
            "device": str(device),
            "nonce": "",
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        }
    )


def verify_manifest(signature: str, jwk: dict[str, str], device: UUID, manifest: bytes) -> None:
    """Check that the device's key signed this manifest; raises BadProof."""
    signed = _verify(signature, jwk, EXPORT_AUDIENCE, device, "", "manifest_sha256")
    if signed != hashlib.sha256(manifest).hexdigest():
        raise BadProof("the signature is over another manifest")


def ops_sha256(ops: Iterable[bytes]) -> str:
    """SHA-256 over the concatenated canonical hashes of raw ops, in hexadecimal."""
    whole = hashlib.sha256()
    for op in ops:
        whole.update(canonical_hash(op))
    return whole.hexdigest()


def _verify(
    signature: str, jwk: dict[str, str], audience: str, device: UUID, nonce: str, subject: str
) -> str:
    """The claim named ``subject``, when the signature and every other claim are as expected."""
    claims = _claims(signature, jwk)
    expected = {"aud": audience, "device": str(device), "nonce": nonce}
    if {name: claims.get(name) for name in expected} != expected:
        raise BadProof("the signature is for another audience, device or nonce")
    value = claims.get(subject)
    if not isinstance(value, str) or not 16 <= len(value) <= 64 or len(claims) != 4:
        raise BadProof(f"the signature does not hold exactly aud, device, nonce and {subject}")
    return value


def _claims(signature: str, jwk: dict[str, str]) -> dict[str, object]:
    if len(signature) > _JWS_BYTES_MAX:
        raise BadProof("the signature is too long")
    key = _import_jwk(jwk)
    try:
        signed = jws.deserialize_compact(signature, key, [_ALGORITHM])
        claims = json.loads(signed.payload)
    except (JoseError, ValueError) as error:
        raise BadProof("the signature does not verify") from error
    if not isinstance(claims, dict):
        raise BadProof("the signature is not over an object")
    return claims


def _import_jwk(jwk: dict[str, str]) -> ECKey:
    try:
        key = ECKey.import_key(dict(jwk))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadProof("not an EC key in JWK") from error
    if key.curve_name != _CURVE:
        raise BadProof("a device key is a P-256 key")
    return key


def _text_members(key: ECKey, *, private: bool) -> dict[str, str]:
    names = (*_PUBLIC, "d") if private else _PUBLIC
    members = key.as_dict(private=private)
    return {name: str(members[name]) for name in names}
