"""The audit's keys, and the signed statements of how far its chain is (checkpoints).

One seed of 32 bytes makes both keys: that of the marks, and Ed25519 (RFC 8032) for checkpoints.  A
checkpoint is proof against everybody without the seed, wherever a copy of it was kept.
"""

import hashlib
import secrets
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct
from msgspec.structs import replace

SEED_BYTES = 32
_FINGERPRINT_DIGITS = 16
_PREFIX = b"fieldops audit checkpoint 1\n"
_MARKS = b"fieldops audit marks 1\n"
_encode = msgspec.json.Encoder(order="sorted").encode


class BadSeed(ValueError):
    """What is no list of seeds."""


class Checkpoint(Struct, frozen=True, omit_defaults=True):
    """``hash`` is the link of line ``last`` (hexadecimal digits), stated at ``at_ms``.

    ``before`` is the ``last`` of the checkpoint before, so that none can be taken out.
    ``restored`` is set where a backup was restored: the chain went back to this number and on from
    there, so statements of before about later lines hold no more.  ``key`` is the public key.
    """

    organisation: UUID
    last: int
    hash: str
    at_ms: int
    before: int = 0
    restored: int | None = None
    key: str = ""
    signature: str = ""


class Keys(Struct, frozen=True):
    """The seeds of one organisation, the present one first: former ones still prove old lines."""

    seeds: tuple[bytes, ...]

    @property
    def marking(self) -> bytes:
        """The key that new lines are marked with."""
        return _marking(self.seeds[0])

    @property
    def all_marking(self) -> tuple[bytes, ...]:
        """Every key that lines may be marked with."""
        return tuple(map(_marking, self.seeds))

    @property
    def public(self) -> tuple[str, ...]:
        """The public keys, as hexadecimal digits."""
        return tuple(_private(seed).public_key().public_bytes_raw().hex() for seed in self.seeds)


def draw() -> bytes:
    """A new random seed."""
    return secrets.token_bytes(SEED_BYTES)


def parse(text: str) -> Keys:
    """The seeds of a key file: 64 hexadecimal digits each, the present one first.

    Raises ``BadSeed``.
    """
    try:
        seeds = tuple(bytes.fromhex(word) for word in text.split())
    except ValueError as error:
        raise BadSeed("a seed is 64 hexadecimal digits") from error
    if not seeds or any(len(seed) != SEED_BYTES for seed in seeds):
        raise BadSeed("a seed is 64 hexadecimal digits")
    return Keys(seeds)


def sign(keys: Keys, said: Checkpoint) -> Checkpoint:
    """The checkpoint with the present key and its signature."""
    private = _private(keys.seeds[0])
    whole = replace(said, key=private.public_key().public_bytes_raw().hex(), signature="")
    return replace(whole, signature=private.sign(_statement(whole)).hex())


def is_signed(said: Checkpoint, trusted: frozenset[str]) -> bool:
    """Whether a trusted key (public, hexadecimal digits) signed exactly this."""
    if said.key not in trusted:
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said.key))
        public.verify(bytes.fromhex(said.signature), _statement(said))
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: str) -> str:
    """By which people compare a public key: SHA-256 of its digits, the first 16, in fours."""
    digits = hashlib.sha256(public.encode()).hexdigest()[:_FINGERPRINT_DIGITS]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _statement(said: Checkpoint) -> bytes:
    return _PREFIX + _encode(replace(said, signature=""))


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _marking(seed: bytes) -> bytes:
    return hashlib.sha256(_MARKS + seed).digest()
