"""Who is there: nonces and device proofs, enrolment, access tokens; hashes of people's secrets.

Device tokens are JWTs (HS256, this database's own secret) for one hour; there are no refresh
tokens.  Nothing here trusts a device's clock: a proof holds no times, and the nonce that it signs
carries the server's.
"""

import base64
import functools
import hashlib
import hmac
import secrets
from uuid import UUID

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlmodel import Session

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.passwords import normal
from fieldops.store import audit, devices, people
from fieldops_sync.ids import uuid7
from fieldops_sync.keys import SYNC_AUDIENCE, BadProof, check_public_jwk, verify_proof
from fieldops_sync.wire import EnrolAnswer, EnrolRequest, Person, TokenAnswer, TokenRequest

NONCE_MS = 5 * 60 * 1000
"""How long a nonce of ``hello`` can be signed."""
TOKEN_S = 3600
"""A device's access token lives an hour (protocol.md, "HTTP binding")."""
_TOKENS = 1000
"""So many verified tokens are kept in mind: a request in a photo's time need not verify again."""
CODE_BITS = 80
"""Entropy of an enrolment code; the protocol asks for at least 64."""
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""argon2id with OWASP's parameters for 19 MiB."""


@functools.cache
def _decoy() -> str:
    """What is verified for unknown logins, so that they take as long as known ones."""
    return _hasher.hash(secrets.token_hex(16))


def hash_secret(secret: str) -> str:
    """A password or PIN as an argon2id PHC string."""
    return _hasher.hash(normal(secret))


def verify_secret(hashed: str | None, secret: str) -> bool:
    """Whether a secret fits; takes the same time for a login that does not exist."""
    decoy = _decoy()  # It is made with the first login, known or not: that tells nothing.
    try:
        return _hasher.verify(hashed or decoy, normal(secret)) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def make_nonce(secret: bytes, now_ms: int) -> str:
    """A nonce that this server recognises without having kept it."""
    body = secrets.token_bytes(12) + (now_ms + NONCE_MS).to_bytes(8, "big")
    return base64.urlsafe_b64encode(body + _tag(secret, body)).decode()


def nonce_expiry(secret: bytes, nonce: str, now_ms: int) -> int:
    """When (ms) a nonce ends.  Raises ``ProblemError`` nonce-used if it is not ours or too old."""
    try:
        whole = base64.urlsafe_b64decode(nonce)
    except ValueError:
        whole = b""
    body, tag = whole[:20], whole[20:]
    expires_ms = int.from_bytes(body[12:], "big")
    if not hmac.compare_digest(tag, _tag(secret, body)) or expires_ms < now_ms:
        raise ProblemError(problem("nonce-used"))
    return expires_ms


def _tag(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"nonce" + body, "sha256")[:16]


def make_code() -> str:
    """A one-time enrolment code: 16 characters of base 32 in groups of four (80 bits)."""
    text = base64.b32encode(secrets.token_bytes(CODE_BITS // 8)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def code_hash(code: str) -> bytes:
    """What is kept of a code; case and dashes do not matter."""
    return hashlib.sha256(code.replace("-", "").strip().upper().encode()).digest()


def enrol(session: Session, request: EnrolRequest, secret: bytes, now_ms: int) -> EnrolAnswer:
    """Redeem a code.  Raises ``ProblemError`` enrol-code-invalid or bad-proof.

    The same code with the same key again gets the same device: an answer may be lost on the way.
    """
    try:
        public = check_public_jwk(request.public_key)
    except BadProof as error:
        why = Said("public_key 须为 P-256 的 JWK", "public_key must be a P-256 JWK")
        raise ProblemError(problem("bad-proof", why)) from error
    device = uuid7()
    redeemed = devices.redeem_code(session, code_hash(request.code), device, now_ms)
    if redeemed is None:
        return _enrolled(session, request, public, secret, now_ms)
    name, users = redeemed
    people.lock(session, users)
    row = devices.DeviceRow(
        id=device,
        name=name,
        public_key=msgspec.json.encode(public).decode(),
        model=request.model,
        app_version=request.app_version,
        enrolled_ms=now_ms,
        revoked_ms=None,
        last_seen_ms=None,
        ops_day=0,
        ops_count=0,
    )
    devices.add(session, row, users)
    if devices.incarnation(session, request.incarnation) is None:
        devices.add_incarnation(session, request.incarnation, device)
    audit.add(session, audit.Entry("device.enrol", now_ms, device=device, detail={"name": name}))
    return EnrolAnswer(device, device_persons(session, device), make_token(secret, device, now_ms))


def _enrolled(
    session: Session, request: EnrolRequest, public: dict[str, str], secret: bytes, now_ms: int
) -> EnrolAnswer:
    device = devices.redeemed_by(session, code_hash(request.code), now_ms)
    row = None if device is None else devices.get(session, device)
    if row is None or row.revoked_ms is not None:
        raise ProblemError(problem("enrol-code-invalid"))
    if msgspec.json.decode(row.public_key) != public:
        raise ProblemError(problem("enrol-code-invalid"))
    return EnrolAnswer(row.id, device_persons(session, row.id), make_token(secret, row.id, now_ms))


def device_persons(session: Session, device: UUID) -> list[Person]:
    """The people granted on a device, as it knows them."""
    users = devices.people(session, device)
    pins = people.pins(session, users)
    known = people.people(session, users)
    return [
        Person(person.id, person.name, person.staff_number, pins.get(person.id))
        for person in known.values()
    ]


def make_token(secret: bytes, device: UUID, now_ms: int) -> TokenAnswer:
    """An access token of a device."""
    claims = {"sub": str(device), "exp": now_ms // 1000 + TOKEN_S, "aud": SYNC_AUDIENCE}
    text = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))
    return TokenAnswer(text, TOKEN_S)


def read_token(secret: bytes, token: str, now_ms: int, lenient: bool = False) -> UUID:
    """The device of an access token.

    ``lenient`` lets an expired one pass: an upload under way must not end by the clock.  Raises
    ``ProblemError`` token-invalid or token-expired.
    """
    device, expires_s = _verified(secret, token)
    if expires_s * 1000 <= now_ms and not lenient:
        raise ProblemError(problem("token-expired"))
    return device


@functools.lru_cache(_TOKENS)
def _verified(secret: bytes, token: str) -> tuple[UUID, int]:
    """Device and end (s since 1970) of a token with our signature, which stays what it is."""
    try:
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims
        device, expires_s = UUID(claims["sub"]), int(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProblemError(problem("token-invalid")) from error
    if claims.get("aud") != SYNC_AUDIENCE:
        raise ProblemError(problem("token-invalid"))
    return device, expires_s


def renew(session: Session, request: TokenRequest, secret: bytes, now_ms: int) -> TokenAnswer:
    """A new token for a proof.  Raises bad-proof, nonce-used or device-revoked."""
    row = devices.get(session, request.device)
    if row is None:
        raise ProblemError(problem("bad-proof"))
    expires_ms = nonce_expiry(secret, request.nonce, now_ms)
    try:
        verify_proof(
            request.signature,
            msgspec.json.decode(row.public_key),
            SYNC_AUDIENCE,
            request.device,
            request.nonce,
        )
    except BadProof as error:
        raise ProblemError(problem("bad-proof")) from error
    if row.revoked_ms is not None:
        raise ProblemError(problem("device-revoked"))
    if not devices.use_nonce(session, request.nonce, expires_ms, now_ms):
        raise ProblemError(problem("nonce-used"))
    return make_token(secret, request.device, now_ms)
