"""Endpoints of webhooks: which are sound, what each is sent, and when a failed one is tried again.

    answer ─ verdict ─→ delivered │ again (same event, later) │ refused (this event) │ gone

An event that this consumer alone refuses may be laid aside; whatever says that the consumer is not
there, or not ready, keeps the line waiting, so that order is kept and nothing is lost.
"""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from fieldops.model.access import Level
from fieldops.model.event import Endpoint
from fieldops.model.said import NOTHING, Said, at
from fieldops.rules.access import PRIVATE_KINDS
from fieldops_sync.optypes import OP_TYPES

Verdict = Literal["delivered", "again", "refused", "gone"]
_OF_THE_EVENT = frozenset({400, 406, 412, 413, 414, 415, 416, 417, 418, 422, 426, 428, 431, 451})
"""Statuses that may be about this one event (RFC 9110, 15.5; RFC 6585).  401, 403, 404, 405 and
redirects are about the endpoint; 408, 409, 425 and 429 say to come again."""
_GONE = 410
_RETRY_AFTER_MAX_S = 24 * 3600
_JITTER = 0.2
_NO_ADDRESS = Said("不是有效地址", "is no address")


def wrong_endpoint(fields: Mapping[str, Any]) -> Said:
    """What is wrong with an ``endpoint.set`` beyond its types, or an empty text."""
    url = fields.get("url")
    if url is not None and (wrong := _wrong_url(url)):
        return at("payload.url", wrong)
    unknown = sorted(set(fields.get("types") or ()) - OP_TYPES.keys())
    if unknown:
        told = Said(f"没有操作类型 {unknown[0]!r}", f"there is no op type {unknown[0]!r}")
        return at("payload.types", told)
    strange = sorted(set(fields.get("kinds") or ()) - KINDS)
    if strange:
        told = Said(f"不推送 {strange[0]!r} 类记录", f"nothing of kind {strange[0]!r} is told")
        return at("payload.kinds", told)
    return NOTHING


KINDS = frozenset(kind for op in OP_TYPES.values() for kind in op.kinds) - PRIVATE_KINDS
"""The kinds of records that the outside is told of."""


def _wrong_url(url: str) -> Said:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return _NO_ADDRESS
    if not host or any(char.isspace() or not char.isprintable() for char in url):
        return _NO_ADDRESS
    if parts.username is not None or parts.fragment:
        return Said(
            "不得含用户名、密码或片段；发送方由签名证明",
            "holds a name, a password or a fragment; the signature says who sends",
        )
    return NOTHING


def endpoint_of(subject: UUID, body: Mapping[str, Any]) -> Endpoint | None:
    """An endpoint as its record has it; None while no address is known."""
    if not body.get("url"):
        return None
    sites = body.get("sites")
    return Endpoint(
        id=subject,
        url=body["url"],
        description=body.get("description", ""),
        kinds=tuple(body.get("kinds") or ()),
        types=tuple(body.get("types") or ()),
        sites=None if sites is None else frozenset(UUID(site) for site in sites),
        level=Level(body.get("level", 1)),
        enabled=body.get("enabled", True),
    )


def wants(endpoint: Endpoint, kind: str, op_type: str, site: UUID) -> bool:
    """Whether an endpoint is sent a change.  ``site`` is the feed that it stands in.

    What belongs to no site is for endpoints of every site only.
    """
    if kind in PRIVATE_KINDS:
        return False
    if endpoint.sites is not None and site not in endpoint.sites:
        return False
    return (not endpoint.kinds or kind in endpoint.kinds) and (
        not endpoint.types or op_type in endpoint.types
    )


def verdict(status: int) -> Verdict:
    """What an HTTP status means for the event; 0 stands for no answer."""
    if 200 <= status < 300:
        return "delivered"
    if status == _GONE:
        return "gone"
    return "refused" if status in _OF_THE_EVENT else "again"


class Pauses(Struct, frozen=True):
    """How long to wait between tries: from ``first_s``, doubled each time, up to ``most_s``."""

    first_s: int
    most_s: int


def pause_ms(pauses: Pauses, tries: int, retry_after_s: int | None, chance: float) -> int:
    """Ms until the next try after ``tries`` failed ones (1 and up).

    A fifth more or less by ``chance`` (0 to 1), so that many do not come at once; never before the
    consumer's ``Retry-After``, of which a day at most is believed.
    """
    plain_s = min(pauses.first_s * 2.0 ** min(tries - 1, 30), pauses.most_s)
    jittered_s = plain_s * (1 - _JITTER + 2 * _JITTER * chance)
    asked_s = min(retry_after_s or 0, _RETRY_AFTER_MAX_S)
    return int(max(jittered_s, asked_s) * 1000)
