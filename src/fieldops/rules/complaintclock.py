"""The deadlines of a complaint, from what was done about it and when (domain.md, rules 5 and 6).

    said, steps with their instants ─ policy, calendar ─→ Clock ─ now ─→ what is overdue

The first answer and the follow-ups run by the clock on the wall, since a resident waits at night as
well; the hours to resolve run on the site's calendar, less the pauses.  Everything runs from when
it happened.  A deadline that had passed before the server heard of the complaint at all could be
kept by nobody: it runs from the receipt then, and ``late`` names it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from fieldops.model.calendar import Calendar
from fieldops.rules.complainttiers import Suggestion, is_higher
from fieldops.rules.policies import ComplaintPolicy
from fieldops.rules.workingtime import Pause, due_after
from fieldops_sync.complaintpayloads import Awaited, Clock, Tier

Overdue = Literal["answer", "resolve", "follow-up"]
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


class Done(Struct, frozen=True):
    """What somebody did: ``step`` is ``said`` for the complaint itself.

    ``at_ms`` is when it happened, its receipt where that is not known; ms since 1970, late by
    ``error_ms`` at most.
    """

    step: str
    at_ms: int
    received_ms: int
    fields: dict[str, Any] = {}
    error_ms: int | None = None


class Rules(Struct, frozen=True):
    """What a complaint is timed by."""

    policy: ComplaintPolicy
    calendar: Calendar
    suggestion: Suggestion


def clock(
    said: Done,
    steps: Sequence[Done],
    by: Rules,
    tier: Tier | None = None,
    last: Clock | None = None,
) -> Clock:
    """Where a complaint stands in time; ``steps`` in the order in which they took effect.

    ``tier`` is what whoever recorded it called it.  ``last`` is the clock before: what stands there
    and has not been touched since is not reckoned anew, whatever the policy says by now.
    """
    return _Clock(said, steps, by, tier, last).made()


def overdue(found: Clock, now_ms: int) -> tuple[Overdue, ...]:
    """What should have been done before ``now_ms`` and was not."""
    late: list[Overdue] = []
    if found.answered is None and _passed(found.answer_by, now_ms):
        late.append("answer")
    if found.resolved is None and _passed(found.resolve_by, now_ms):
        late.append("resolve")
    if _passed(found.follow_up_by, now_ms):
        late.append("follow-up")
    return tuple(late)


def is_in_time(by: str | None, done: str | None) -> bool | None:
    """Whether what has a deadline was done by then; None while it is not done, or has none."""
    if by is None or done is None:
        return None
    return ms_of(done) <= ms_of(by)


def ms_of(text: str) -> int:
    """An instant of a clock as ms since 1970."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class _Clock:
    """One reckoning; each member is found by itself."""

    def __init__(
        self,
        said: Done,
        steps: Sequence[Done],
        by: Rules,
        tier: Tier | None,
        last: Clock | None,
    ) -> None:
        self._said, self._by, self._last = said, by, last
        self._steps = list(_in_order(said, steps))
        self._called: list[tuple[Tier, int]] = [(tier, said.at_ms)] if tier else []
        self._called += [(one.fields["tier"], one.at_ms) for one in self._of("classify")]
        self._tier: Tier = self._called[-1][0] if self._called else by.suggestion.tier
        self._reopened = self._of("re-open")
        # By their order, not by their times: a re-opening may have that of the resolution before.
        names = [one.step for one in self._steps]
        at = len(names) - names[::-1].index("re-open") if self._reopened else 0
        self._anew = self._steps[at:]
        self._late: list[Awaited] = []

    def made(self) -> Clock:
        since = self._reopened[-1].at_ms if self._reopened else self._said.at_ms
        answered = min((one.at_ms for one in self._of("answer")), default=None)
        solved = [one.at_ms for one in self._anew if one.step == "resolve"]
        resolved = solved[-1] if solved else None
        followed = [one for one in self._anew if one.step == "follow-up"]
        is_over = bool(self._steps) and self._steps[-1].step == "archive"
        window = None if resolved is None or is_over else self._window(resolved, followed)
        scores = [one.fields["satisfaction"] for one in self._of("follow-up") if _scored(one)]
        return Clock(
            occurred=_text(self._said.at_ms),
            received=_text(self._said.received_ms),
            error_ms=self._said.error_ms,
            tier=self._tier,
            tier_by="person" if self._called else "rule",
            team=getattr(self._by.policy, f"{self._tier}_team") or None,
            office_hours=self._by.policy.office_hours,
            answer_by=_text(self._answer_by()),
            answered=_maybe(answered),
            resolve_by=self._kept_resolve_by() or _maybe(self._resolve_by(since)),
            resolved=_maybe(resolved),
            follow_up_from=_maybe(window and window[0]),
            follow_up_by=_maybe(window and window[1]),
            followed_up=_maybe(followed[-1].at_ms if followed else None),
            follow_ups=len(self._of("follow-up")),
            satisfaction=scores[-1] if scores else None,
            pauses=len(self._of("pause")) + len(self._of("resume")),
            reopened=len(self._reopened),
            escalate_at=_maybe(self._escalate_ms()),
            late=self._late,
        )

    def _of(self, step: str) -> list[Done]:
        return [one for one in self._steps if one.step == step]

    def _answer_by(self) -> int:
        hours = _HOUR_MS * self._by.policy.first_answer_hours
        if self._last is not None:
            self._late += [one for one in self._last.late if one == "answer"]
            return ms_of(self._last.answer_by)
        return self._unless_late("answer", self._said.at_ms + hours, hours)

    def _unless_late(self, what: Awaited, due_ms: int, hours_ms: int) -> int:
        if due_ms >= self._said.received_ms:
            return due_ms
        self._late.append(what)
        return self._said.received_ms + hours_ms

    def _kept_resolve_by(self) -> str | None:
        """The deadline that stands, where tier, pauses and re-opening are as they were."""
        last = self._last
        pauses = len(self._of("pause")) + len(self._of("resume"))
        if last is None or (last.tier, last.pauses, last.reopened) != (
            self._tier,
            pauses,
            len(self._reopened),
        ):
            return None
        self._late += [one for one in last.late if one == "resolve"]
        return last.resolve_by

    def _resolve_by(self, since_ms: int) -> int | None:
        """From when it was said (or re-opened); where nobody could keep that, from when they could.

        That is its receipt, or that it was called by a higher tier only when its time was over.
        """
        due = self._due(since_ms, self._tier)
        if due is None:
            return None
        if not self._reopened and due < self._said.received_ms:
            self._late.append("resolve")
            since_ms = self._said.received_ms
            due = self._due(since_ms, self._tier)
        before, called_ms = self._called_before()
        if due is not None and due <= called_ms and is_higher(self._tier, before):
            ends = [self._due(since_ms, before), self._due(called_ms, self._tier)]
            due = min((one for one in ends if one is not None), default=None)
        return due

    def _called_before(self) -> tuple[Tier, int]:
        """The tier before the last time it was called by one, and when that was."""
        tiers = [self._by.suggestion.tier, *(tier for tier, _ in self._called)]
        return (tiers[-2], self._called[-1][1]) if self._called else (tiers[0], 0)

    def _due(self, start_ms: int, tier: Tier) -> int | None:
        policy = self._by.policy
        hours = {
            "general": policy.general_hours,
            "larger": policy.larger_hours,
            "major": policy.major_hours,
        }[tier]
        due = due_after(_moment(start_ms), hours, self._by.calendar, list(self._pauses()))
        return None if due is None else round(due.timestamp() * 1000)

    def _pauses(self) -> Iterator[Pause]:
        begun: datetime | None = None
        for one in self._steps:
            if one.step == "pause":
                begun = _moment(one.at_ms)
            elif one.step == "resume" and begun is not None:
                yield begun, _moment(one.at_ms)
                begun = None
        if begun is not None:
            yield begun, None

    def _window(self, resolved_ms: int, followed: Sequence[Done]) -> tuple[int, int]:
        """When the next follow-up is due, and until when."""
        policy = self._by.policy
        if not followed:
            return resolved_ms, resolved_ms + _HOUR_MS * policy.follow_up_hours
        last_ms = followed[-1].at_ms
        return (
            last_ms + _DAY_MS * policy.follow_up_days,
            last_ms + _DAY_MS * policy.follow_up_days_max,
        )

    def _escalate_ms(self) -> int | None:
        """When a major complaint goes to the office: at once, unless the policy says otherwise."""
        if self._tier != "major":
            return None
        called = [at_ms for tier, at_ms in self._called if tier == "major"]
        since_ms = called[0] if called else self._said.at_ms
        return since_ms + _HOUR_MS * self._by.policy.major_escalation_hours


def _in_order(said: Done, steps: Sequence[Done]) -> Iterator[Done]:
    """The steps as they took effect; a pause or a re-opening never lies before what led to it."""
    latest_ms = said.at_ms
    for one in steps:
        # Clocks of two tablets may differ by their error; an answer counts by its own.
        if one.step != "answer":
            latest_ms = max(latest_ms, one.at_ms)
        yield Done(
            one.step,
            max(said.at_ms, one.at_ms) if one.step == "answer" else latest_ms,
            one.received_ms,
            one.fields,
        )


def _scored(one: Done) -> bool:
    return one.fields.get("satisfaction") is not None


def _passed(by: str | None, now_ms: int) -> bool:
    return by is not None and now_ms > ms_of(by)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _text(ms: int) -> str:
    return _moment(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _maybe(ms: int | None) -> str | None:
    return None if ms is None else _text(ms)
