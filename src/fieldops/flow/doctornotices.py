"""The doctor's look at what is told to the outside: endpoints that stand still, mail that fails."""

from collections.abc import Iterator

from sqlmodel import Session

from fieldops.flow import endpointviews, post
from fieldops.flow.checks import Check, amiss, at, both, ok, same
from fieldops.flow.endpointviews import EndpointView
from fieldops.flow.plugins import Still
from fieldops.model.answertypes import Titles
from fieldops.settings import Settings
from fieldops.store import letters

_HOUR_MS = 3_600_000
FAILING_HOURS = 1
"""An endpoint or a mail server that fails for a while is their affair; after this it is told."""


def standing_still(session: Session, now_ms: int) -> Iterator[Still]:
    """What ``/readyz`` names: the server goes on without them."""
    for one in endpointviews.listing(session, now_ms):
        if why := _amiss(one, now_ms):
            yield Still("webhook", str(one.id), why["en"], why)
    failing = letters.standing(session)
    if failing is not None:
        yield Still("mail", "letters", f"{failing.failing} waiting: {failing.why}")


def examine(session: Session, settings: Settings, now_ms: int) -> Iterator[Check]:
    """Each endpoint that does not work, and whether the mail server takes us."""
    known = endpointviews.listing(session, now_ms)
    wrong = [(one, why) for one in known if (why := _amiss(one, now_ms))]
    for one, why in wrong:
        yield amiss(
            f"webhook {one.id}", "warn",
            at(one.url.partition("?")[0], why),
            f"请对方修复，再运行 fieldops webhook resume {one.id}。",
            f"Have it mended there, then run fieldops webhook resume {one.id}.",
        )  # fmt: skip
    if not wrong:
        yield ok("webhooks", both(f"{len(known)} 个接收端", f"{len(known)} endpoints"))
    yield _mail(session, settings)


def _amiss(one: EndpointView, now_ms: int) -> Titles | None:
    """Why an endpoint is worth a look, if it is.  A paused one is so on purpose."""
    if one.state == "suspended":
        return both(
            f"已停在位置 {one.position}，落后 {one.lag}：{one.why}",
            f"suspended at position {one.position}, {one.lag} behind: {one.why}",
        )
    since_ms = one.failing_since_ms
    if one.state == "waiting" and now_ms - since_ms >= FAILING_HOURS * _HOUR_MS:
        return both(
            f"自 {one.failing_since} 起失败：{one.why}",
            f"failing since {one.failing_since}: {one.why}",
        )
    is_refused = one.dead and one.state != "paused"
    return both(f"{one.dead} 个事件被拒绝", f"{one.dead} events refused") if is_refused else None


def _mail(session: Session, settings: Settings) -> Check:
    given = settings.mail
    if not given.host:
        return ok(
            "mail", both("未启用：设置中没有邮件服务器", "off: no mail server in the settings")
        )
    place = f"{given.host}:{given.port_or_default}"
    why = post.check(given)
    failing = letters.standing(session)
    if not why and failing is None:
        return ok("mail", at(place, both("有应答", "answers")))
    found = same(why)
    if not why and failing is not None:
        count, said = failing.failing, failing.why
        found = both(f"{count} 封信件等待：{said}", f"{count} letters wait: {said}")
    return amiss(
        "mail", "warn", at(place, found),
        "检查设置 mail 和邮件服务器；信件会保留并重试。",
        "Check the section mail and the server; letters are kept and tried again.",
    )  # fmt: skip
