"""The public form of a site: its addresses, who may send how often, and what becomes of it.

    address ─ not withdrawn ─ page with a slip ─ sent ─ slip signed, not too often ─ feedback.record
                                                      └ the same slip again: the same feedback

A slip is drawn with each page and carries the feedback's id, signed: who clicks twice, or sends the
same again for an hour, has said one thing.  An address is counted as a keyed hash for its hour.
"""

import base64
import hmac
import secrets
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import complaints, land
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.setup import put
from fieldops.model.answertypes import Titles
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.rules.addresses import neighbourhood
from fieldops.rules.complaintsteps import FORM_ACTOR
from fieldops.rules.consent import DEFAULT, consent_sha256
from fieldops.sections import FormSettings
from fieldops.store import audit, batch, forms, media, records
from fieldops.store.forms import FormRow
from fieldops_sync.ids import consent_id, uuid7

SLIP_HOURS = 12
"""How long a page that was opened may be sent."""
_HOUR_MS = 3_600_000
_TOKEN_BYTES = 16
"""128 bits: nobody finds an address by trying."""
_NAME_MAX = 200


class Form(Struct, frozen=True):
    """An open form: its site, and what is agreed to by sending it."""

    token: str
    site: UUID
    site_name: str
    consent: Titles
    consent_sha256: str


class Slip(Struct, frozen=True):
    """What a page carries hidden: which feedback it will be, and when it was drawn."""

    feedback: UUID
    drawn_ms: int


def add(session: Session, site: UUID, name: str, actor: UUID, now_ms: int) -> FormRow:
    """Make an address for a site.  Raises ``ProblemError`` not-found, validation."""
    state = records.get_one(session, site)
    if state is None or state.kind != "site":
        raise ProblemError(problem("not-found"))
    if len(name) > _NAME_MAX:
        most = Said(f"最多 {_NAME_MAX} 个字符", f"{_NAME_MAX} characters at most")
        raise ProblemError(problem("validation", at("name", most)))
    row = FormRow(secrets.token_urlsafe(_TOKEN_BYTES), site, name, now_ms)
    forms.add(session, row)
    _note(session, "form.add", row, actor, now_ms)
    return row


def rotate(session: Session, site: UUID, name: str, actor: UUID, now_ms: int) -> FormRow:
    """Make an address and end all others of the site: their posters must be replaced."""
    made = add(session, site, name, actor, now_ms)
    for row in forms.of_sites(session, [site]):
        if row.token != made.token and row.withdrawn_ms is None:
            withdraw(session, row.token, actor, now_ms)
    return made


def withdraw(session: Session, token: str, actor: UUID, now_ms: int) -> FormRow:
    """End an address.  Raises ``ProblemError`` not-found."""
    if not forms.withdraw(session, token, now_ms):
        raise ProblemError(problem("not-found"))
    row = forms.get(session, token)
    assert row is not None
    _note(session, "form.withdraw", row, actor, now_ms)
    return row


def set_consent(session: Session, site: UUID, texts: Titles, actor: UUID, now_ms: int) -> str:
    """Change what residents agree to; the version's SHA-256.  Raises ``ProblemError``."""
    sha256 = consent_sha256(texts)
    payload = {"texts": texts, "sha256": sha256}
    put(session, "consent.set@1", ("consent", consent_id(site)), site, payload, actor, now_ms)
    detail = {"site": str(site), "sha256": sha256}
    audit.add(session, audit.Entry("consent.set", now_ms, actor=actor, detail=detail))
    return sha256


def opened(session: Session, token: str) -> Form:
    """The form of an address.  Raises ``ProblemError`` not-found for one that is none any more."""
    row = forms.get(session, token)
    if row is None or row.withdrawn_ms is not None:
        raise ProblemError(problem("not-found"))
    known = records.get(session, [row.site, consent_id(row.site)])
    consent = known.get(consent_id(row.site))
    texts: Titles = consent.body["texts"] if consent else DEFAULT
    name = known[row.site].body.get("name") or ""
    return Form(token, row.site, name, texts, consent_sha256(texts))


def address(base: str, token: str) -> str:
    """Where a form is found, on a server with this base address."""
    return f"{base.rstrip('/')}/f/{token}"


def draw(secret: bytes, form: Form, now_ms: int) -> str:
    """A new slip for a page."""
    plain = f"{now_ms}.{uuid7().hex}"
    return f"{plain}.{_signed(secret, form.token, plain)}"


def read_slip(secret: bytes, token: str, text: str, now_ms: int) -> Slip | None:
    """The slip that a page carried; None for one that is not ours, or too old."""
    plain, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signed(secret, token, plain).encode()):
        return None
    drawn_ms, _, feedback = plain.partition(".")
    slip = Slip(UUID(hex=feedback), int(drawn_ms))
    return slip if now_ms - slip.drawn_ms <= SLIP_HOURS * _HOUR_MS else None


def reference(secret: bytes, feedback: UUID) -> str:
    """The number that a resident is given, such as ``7KQ2-M4XW``: it opens nothing."""
    digest = hmac.digest(secret, b"reference" + feedback.bytes, "sha256")
    letters = base64.b32encode(digest[:5]).decode()
    return f"{letters[:4]}-{letters[4:]}"


def seal(secret: bytes, token: str, shown: str) -> str:
    """What says that a reference number was given by this form."""
    return _signed(secret, token, f"thanks.{shown}")[:16]


def is_turn(
    session: Session,
    secret: bytes,
    token: str,
    address: str,
    allowed: FormSettings,
    now_ms: int,
) -> bool:
    """Count one sending, and whether that was not too many in this hour."""
    hour = now_ms // _HOUR_MS
    forms.forget(session, hour)
    by_form = forms.count(session, _key(secret, hour, "form", token), hour)
    by_address = forms.count(session, _key(secret, hour, "address", neighbourhood(address)), hour)
    return by_form <= allowed.form_hour and by_address <= allowed.address_hour


def record(
    session: Session, form: Form, feedback: UUID, payload: dict[str, Any], now_ms: int
) -> bool:
    """Write down what was sent; False if this slip has been used before.

    ``photos`` among the members of ``payload`` are stored already.
    """
    batch.lock(session, [form.site])
    if records.get_one(session, feedback) is not None:
        return False
    subject = ("feedback", feedback)
    op = server_op("feedback.record@1", subject, form.site, FORM_ACTOR, payload, at_ms=now_ms)
    enter_server(session, [op], now_ms)
    for sha256 in payload.get("photos", ()):
        key = bytes.fromhex(sha256)
        media.lock(session, [key])
        if media.touch(session, [key], now_ms):
            land.arrive(session, key, {form.site}, now_ms)
    complaints.schedule(session, feedback, now_ms)
    return True


def _note(session: Session, action: str, row: FormRow, actor: UUID, now_ms: int) -> None:
    detail = {"site": str(row.site), "name": row.name}
    audit.add(session, audit.Entry(action, now_ms, actor=actor, detail=detail))


def _signed(secret: bytes, token: str, plain: str) -> str:
    digest = hmac.digest(secret, msgspec.json.encode(["form", token, plain]), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _key(secret: bytes, hour: int, kind: str, text: str) -> bytes:
    """Another one each hour: nobody can be followed by it."""
    return hmac.digest(secret, msgspec.json.encode(["use", hour, kind, text]), "sha256")
