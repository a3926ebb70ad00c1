"""The reader of the log that tells one endpoint, change by change, in the order of the log.

    page ─ what the endpoint wants ─ one POST an event ─→ taken: on to the next
                                                      ├→ not there: wait, then the same event again
                                                      └→ refused n times: laid aside, then the next

The cursor is handed in after a second or ``BATCH`` events, and before any wait.  Whoever dies in
between tells the same again, under the same ids: at least once, in order.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session
from standardwebhooks import Webhook as Signer

from fieldops.flow import events
from fieldops.flow.callout import Answer, post
from fieldops.flow.courierwork import Settle, Trouble
from fieldops.flow.handin import Handin
from fieldops.flow.page import Page
from fieldops.flow.readingroom import ReadingRoom
from fieldops.model.event import Endpoint
from fieldops.model.inspection import LogChange
from fieldops.rules.endpoints import Pauses, endpoint_of, pause_ms, verdict, wants
from fieldops.sections import WebhookSettings
from fieldops.store import log, outlets, records
from fieldops.store.engine import Store
from fieldops.store.outlets import DeadLetter, Outlet
from fieldops_sync.webhooks import Told, Webhook

BATCH = 50
"""Events between two hand-ins: so many at most are told twice after a crash."""
_BATCH_MS = 1000
_QUIET = 1000
"""Of changes that an endpoint does not want, so many pass before the cursor is handed in."""
_encode = msgspec.json.Encoder(order="sorted").encode
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


class Step(Struct, frozen=True):
    """What a courier did: whether there is more at once, or when to look again.

    ``wait_ms`` None: when the log goes on.  ``ended`` says that the endpoint wants no more.
    """

    more: bool = False
    wait_ms: int | None = None
    ended: bool = False


class _Sight(Struct, frozen=True):
    """What one snapshot shows: the page behind the cursor, and what of it is to be told."""

    endpoint: Endpoint
    outlet: Outlet
    secrets: list[str]
    end: int
    told: list[Told]
    again: list[Told]
    has_more: bool


def signed(told: Told, secrets: Sequence[str], at_ms: int) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a webhook, by Standard Webhooks; one signature a secret."""
    stamp = datetime.fromtimestamp(at_ms // 1000, UTC)
    whole = Webhook(type=told.type, timestamp=told.received_at, data=told)
    body = _encode(whole).decode()
    marks = [Signer(secret).sign(str(told.id), stamp, body) for secret in secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "fieldops-webhooks/1",
        "webhook-id": str(told.id),
        "webhook-timestamp": str(at_ms // 1000),
        "webhook-signature": " ".join(marks),
    }
    return headers, body.encode()


class Courier:
    """One endpoint's reader.  ``call`` sends one webhook; ``chance`` spreads the tries (0 to 1)."""

    def __init__(
        self,
        endpoint: UUID,
        store: Store,
        handin: Handin,
        given: WebhookSettings,
        clock_ms: Callable[[], int],
        room: ReadingRoom | None = None,
        call: Callable[[str, dict[str, str], bytes, WebhookSettings], Answer] = post,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.endpoint = endpoint
        self._store, self._handin, self._given = store, handin, given
        self._clock_ms, self._call, self._chance = clock_ms, call, chance
        self._room = room or ReadingRoom()
        self._base, self._ahead = (-1, 0), 0

    def step(self) -> Step:
        """Tell what is due, up to a batch.  Raises what a database that fails raises."""
        with self._store.read() as session:
            sight = self._look(session, self._clock_ms())
        if isinstance(sight, Step):
            return sight
        asked = self._tell(sight)
        if asked is None:
            self._base, self._ahead = _base(sight.outlet), sight.end
            return Step(more=sight.has_more)
        moved = self._handin(asked).moved
        if asked.trouble is None or not moved:
            return Step(more=True)
        return self._after(asked.trouble)

    def _after(self, trouble: Trouble) -> Step:
        if trouble.suspended:
            return Step(ended=True)
        return Step(wait_ms=max(0, trouble.next_ms - self._clock_ms()))

    def _look(self, session: Session, now_ms: int) -> _Sight | Step:
        state, outlet = (
            records.get_one(session, self.endpoint),
            outlets.get(session, self.endpoint),
        )
        endpoint = None if state is None else endpoint_of(self.endpoint, state.body)
        if endpoint is None or outlet is None or not endpoint.enabled:
            return Step(ended=True)
        if outlet.state == "suspended":
            return Step(ended=True)
        if now_ms < outlet.next_ms <= now_ms + _longest_ms(self._given):
            return Step(wait_ms=outlet.next_ms - now_ms)
        # What was not wanted need not be read twice, unless somebody has set the cursor since.
        start = self._ahead if self._base == _base(outlet) else outlet.position
        page = self._room.page(session, start)
        wanted = [one for one in page.changes if wants(endpoint, one.kind, one.type, one.site)]
        chosen, is_cut = wanted[:BATCH], len(wanted) > BATCH
        end = chosen[-1].position if is_cut else _end(page, start)
        return _Sight(
            endpoint=endpoint,
            outlet=outlet,
            secrets=[one.secret for one in outlets.secrets(session, self.endpoint, now_ms)],
            end=end,
            told=_told(session, endpoint, chosen, now_ms),
            again=_told(session, endpoint, self._dead(session), now_ms),
            has_more=end < log.counter(session) and bool(page.changes),
        )

    def _dead(self, session: Session) -> list[LogChange]:
        """The changes that were refused and are to be told again."""
        found = outlets.wanted_again(session, self.endpoint, BATCH)
        pages = (self._room.page(session, position - 1).changes for position in found)
        return [page[0] for page in pages if page and page[0].position in found]

    def _tell(self, sight: _Sight) -> Settle | None:
        """Tell in order until one fails or the batch is over; None if nothing need be kept."""
        tally = _Tally(sight.outlet, self._clock_ms())
        for told in sight.again:
            if not self._one(sight, told, tally, is_again=True):
                return tally.settle(self._clock_ms())
        for told in sight.told:
            if not self._one(sight, told, tally, is_again=False):
                return tally.settle(self._clock_ms())
            tally.to = told.position
            if self._clock_ms() - tally.since_ms >= _BATCH_MS:
                return tally.settle(self._clock_ms())
        is_far = sight.end - sight.outlet.position >= _QUIET
        tally.to = max(tally.to, sight.end) if tally.is_something or is_far else tally.to
        if not tally.is_something and not is_far:
            return None
        return tally.settle(self._clock_ms())

    def _one(self, sight: _Sight, told: Told, tally: "_Tally", is_again: bool) -> bool:
        """Tell one event; False if the line stops here."""
        now_ms = self._clock_ms()
        headers, body = signed(told, sight.secrets, now_ms)
        answer = self._call(sight.endpoint.url, headers, body, self._given)
        match verdict(answer.status):
            case "delivered":
                tally.take(told, is_again)
                return True
            case "gone":
                tally.trouble = Trouble("answered 410: it wants no more", suspended=True)
                return False
            case "refused":
                return self._refused(told, answer, tally, is_again)
        tally.trouble = self._wait(tally, answer)
        return False

    def _refused(self, told: Told, answer: Answer, tally: "_Tally", is_again: bool) -> bool:
        """Try it again for a while, then lay it aside."""
        tries = 1 if is_again else tally.tries + 1
        if not is_again and tries < self._given.refusals:
            tally.trouble = self._wait(tally, answer)
            return False
        tally.lay_aside(
            DeadLetter(
                endpoint=self.endpoint,
                position=told.position,
                type=told.type,
                status=answer.status,
                tries=tries,
                at_ms=self._clock_ms(),
            )
        )
        if tally.refused < self._given.refusals_in_row:
            return True
        if not is_again:
            tally.to = told.position
        why = f"refused {tally.refused} events in a row, the last with {answer.status}"
        tally.trouble = Trouble(why, suspended=True)
        return False

    def _wait(self, tally: "_Tally", answer: Answer) -> Trouble:
        now_ms = self._clock_ms()
        since_ms = now_ms if tally.failing_ms is None else tally.failing_ms
        if now_ms - since_ms >= self._given.give_up_hours * _HOUR_MS:
            hours = self._given.give_up_hours
            return Trouble(f"failing for {hours} hours: {answer.why}", suspended=True)
        pauses = Pauses(self._given.first_pause_s, self._given.most_pause_s)
        pause = pause_ms(pauses, tally.tries + 1, answer.retry_after_s, self._chance())
        return Trouble(answer.why, next_ms=now_ms + pause)


class _Tally:
    """What has been told since the last hand-in; ``tries`` are those of the next event."""

    def __init__(self, outlet: Outlet, now_ms: int) -> None:
        self._outlet = outlet
        self.since_ms = now_ms
        self.to = outlet.position
        self.tries, self.failing_ms, self.refused = outlet.tries, outlet.failing_ms, outlet.refused
        self.trouble: Trouble | None = None
        self._delivered = 0
        self._dead: list[DeadLetter] = []
        self._again: list[int] = []

    @property
    def is_something(self) -> bool:
        """Whether there is anything that the cursor has not heard of."""
        is_over = self._outlet.state == "waiting"
        return is_over or bool(self._delivered or self._dead or self._again or self.trouble)

    def take(self, told: Told, is_again: bool) -> None:
        """An event was taken."""
        self.tries, self.failing_ms, self.refused = 0, None, 0
        if is_again:
            self._again.append(told.position)
        else:
            self._delivered += 1

    def lay_aside(self, letter: DeadLetter) -> None:
        """An event was refused for good."""
        self.tries, self.failing_ms = 0, None
        self.refused += 1
        self._dead.append(letter)

    def settle(self, now_ms: int) -> Settle:
        """What is to be handed in."""
        return Settle(
            endpoint=self._outlet.endpoint,
            from_=self._outlet.position,
            to=self.to,
            at_ms=now_ms,
            delivered=self._delivered,
            refused=self.refused,
            dead=tuple(self._dead),
            again=tuple(self._again),
            trouble=self.trouble,
            replays=self._outlet.replays,
        )


def _longest_ms(given: WebhookSettings) -> int:
    """No pause is longer (``pause_ms``): one that is, a clock that ran ahead has set."""
    return max(_DAY_MS, 2000 * given.most_pause_s)


def _base(outlet: Outlet) -> tuple[int, int]:
    return outlet.position, outlet.replays


def _end(page: Page, start: int) -> int:
    return page.changes[-1].position if page.changes else start


def _told(
    session: Session, endpoint: Endpoint, changes: Sequence[LogChange], now_ms: int
) -> list[Told]:
    who: Any = events.audience(session, endpoint, now_ms)
    return [events.told(who, one) for one in events.happened(session, changes)]
