"""The tablet's side of a sync: ops first, then what is new, then photos.

    hello ─> lost answers ─> push … ─> pull … ─> plan ─> upload (3 at once) ─> stored?

Ops are small and go first, so that a supervisor sees results within seconds while photos follow.
Everything that is learned goes into the outbox at once; a sync that breaks off anywhere is taken up
by the next one where it stopped.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import TypeVar
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from fieldops_sync.events import (
    DeviceForked,
    EpochChanged,
    Event,
    OpsSettled,
    PagePulled,
)
from fieldops_sync.keys import SYNC_AUDIENCE, sign_proof, sign_salvage
from fieldops_sync.opshelf import Batch
from fieldops_sync.outbox import OPS_MAX, Outbox
from fieldops_sync.photosend import PhotoSender, reckon
from fieldops_sync.transport import (
    BadAnswer,
    DeviceRevoked,
    Link,
    LinkDown,
    Pauses,
    ServerProblem,
    Token,
)
from fieldops_sync.upload import Pace
from fieldops_sync.wire import (
    EnrolAnswer,
    EnrolRequest,
    Hello,
    PullAnswer,
    PushAnswer,
    Receipt,
    ReceiptsAnswer,
    ReceiptsRequest,
    SalvageRequest,
    TokenAnswer,
    TokenRequest,
)

RETRY_ROUNDS_MAX = 8
"""Pushes in a row that settle nothing before a sync gives up until the next time."""

NONCES_MAX = 3
"""Nonces tried for one signature."""

_Value = TypeVar("_Value")


class SyncSummary(Struct, frozen=True):
    """What one sync did: receipts by status, pages, photos, and what is still to do."""

    statuses: dict[str, int]
    pages: int
    changes: int
    photos_stored: int
    photos_waiting: int
    resent: int
    forks: int
    photos_lost: int = 0


class SalvageAnswer(Struct, frozen=True):
    """What became of salvaged ops, in the order sent."""

    receipts: list[Receipt]


def _silent(_: Event) -> None:
    """Nobody watches."""


class Client:
    """One tablet and one server.  ``transport`` may be a ``BadLink`` around a real one.

    ``monotonic_s`` times the chunks of photos; a token's hour always passes by the real clock.
    """

    def __init__(
        self,
        outbox: Outbox,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        *,
        random: Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = 30.0,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.outbox = outbox
        self._progress: Callable[[Event], None] = _silent
        pauses = Pauses(random or Random(), sleep, self._notify)
        self._link = Link(base_url, pauses, transport, timeout_s)
        self._token = Token(self._renew)
        self._pace_of_link = Pace(monotonic_s)
        self._statuses: Counter[str] = Counter()
        self._pages = self._changes = self._stored = self._resent = self._forks = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the outbox stays open."""
        self._link.close()

    def hello(self) -> Hello:
        """Ask the server for its limits and epoch, and take them over."""
        hello = self._link.call("hello", Hello)
        self._link.choose_encoding(hello.encodings, hello.limits.decompression_ratio)
        self._note_resent(self.outbox.note_hello(hello))
        return hello

    def enrol(self, code: str, model: str = "", app_version: str = "") -> EnrolAnswer:
        """Enrol this tablet by a one-time code; raises ServerProblem."""
        self.hello()
        request = EnrolRequest(
            code=code,
            public_key=self.outbox.key.public_jwk,
            incarnation=self.outbox.incarnation,
            model=model,
            app_version=app_version,
        )
        answer = self._link.call("enrol", EnrolAnswer, request)
        self.outbox.enrolled(answer)
        self._token.put(answer.token.access_token, answer.token.expires_in)
        return answer

    def sync(self, progress: Callable[[Event], None] = _silent) -> SyncSummary:
        """Send and fetch everything; raises SyncError, after which the outbox is as good as ever.

        ``progress`` is called from the upload threads too, and an exception of it ends the sync
        like any cut.
        """
        self._progress = progress
        self._statuses.clear()
        self._pages = self._changes = self._stored = self._resent = self._forks = 0
        self.hello()
        self.recover()
        self.push()
        self.pull()
        self.reckon()
        self.send_photos()
        return SyncSummary(
            statuses=dict(self._statuses),
            pages=self._pages,
            changes=self._changes,
            photos_stored=self._stored,
            photos_waiting=len(self.outbox.photos("waiting")),
            resent=self._resent,
            forks=self._forks,
            photos_lost=self.outbox.debt.lost,
        )

    # Ops

    def recover(self) -> None:
        """Ask for the receipts of ops whose answer never came; cheaper than sending them again."""
        while ids := self.outbox.unanswered():
            answer = self._call("receipts", ReceiptsAnswer, ReceiptsRequest(ids=ids))
            self.outbox.settle_receipts(answer)
            self._count(answer.receipts)
            if not {receipt.id for receipt in answer.receipts} | set(answer.unknown) >= set(ids):
                return

    def push(self) -> None:
        """Push until every op is settled; raises SyncError."""
        total = self._unsettled()
        ops_max, idle_rounds = OPS_MAX, 0
        while batch := self._batch(ops_max):
            try:
                answer = self._call("push", PushAnswer, self.outbox.push_request(batch))
            except ServerProblem as problem:
                ops_max = self._after_problem(problem, batch)
                continue
            self._note_resent(self.outbox.settle_push(answer))
            self._count(answer.receipts)
            left = self._unsettled()
            self._notify(OpsSettled(max(0, total - left), total, dict(self._statuses)))
            settled = any(receipt.status != "retry" for receipt in answer.receipts)
            idle_rounds = 0 if settled else idle_rounds + 1
            self._pace(idle_rounds, answer.backoff_s)

    def salvage(self) -> int:
        """Hand a revoked device's unsettled ops over to the server's quarantine; returns how many.

        The signature by the device key stands in for the token.
        """
        device, salvaged = self.outbox.device, 0
        while batch := self._batch(OPS_MAX):
            answer = self._with_nonce(partial(self._salvage_batch, device, batch))
            self.outbox.settle_receipts(ReceiptsAnswer(answer.receipts, []))
            self._count(answer.receipts)
            salvaged += sum(receipt.custody for receipt in answer.receipts)
            if not any(receipt.status != "retry" for receipt in answer.receipts):
                break
        return salvaged

    def _salvage_batch(self, device: UUID, batch: Batch, nonce: str) -> SalvageAnswer:
        signature = sign_salvage(self.outbox.key, SYNC_AUDIENCE, device, nonce, batch.raws)
        ops = [msgspec.Raw(raw) for raw in batch.raws]
        request = SalvageRequest(device, batch.incarnation, nonce, signature, ops)
        return self._link.call("salvage", SalvageAnswer, request)

    def _batch(self, ops_max: int) -> Batch | None:
        batch = self.outbox.next_batch(ops_max)
        return batch if batch.ids else None

    def _after_problem(self, problem: ServerProblem, batch: Batch) -> int:
        """What to do when a whole batch was refused; returns how many ops to send next."""
        if problem.slug == "device-forked":
            self._forks += 1
            if self._forks > RETRY_ROUNDS_MAX:
                raise problem
            self._notify(DeviceForked(self.outbox.fork()))
            return OPS_MAX
        if problem.status != 413:
            raise problem
        named = problem.extra("op")
        large = [op_id for op_id in batch.ids if str(op_id) == named]
        if large and problem.extra("limit") == "op_bytes" and self.outbox.send_as_media(large[0]):
            return OPS_MAX
        if len(batch.ids) > 1:
            return len(batch.ids) // 2
        if self.outbox.send_as_media(batch.ids[0]):
            return OPS_MAX
        raise problem

    def _pace(self, idle_rounds: int, backoff_s: int | None) -> None:
        if idle_rounds >= RETRY_ROUNDS_MAX:
            raise LinkDown("the server could not keep anything for now")
        if idle_rounds:
            self._link.pauses.wait(idle_rounds - 1, "push: retry", float(backoff_s or 0))
        elif backoff_s:
            self._link.pauses.wait(0, "push: the server is busy", float(backoff_s))

    # Pulled state

    def pull(self) -> None:
        """Pull until there is no more, each page applied with its cursor; raises SyncError."""
        more = True
        while more:
            page = self._call("pull", PullAnswer, self.outbox.pull_request())
            self._note_resent(self.outbox.apply_page(page))
            self._pages += 1
            self._changes += len(page.changes)
            more = page.more
            self._notify(PagePulled(len(page.changes), more))

    def definition(self, sha256: str) -> bytes:
        """The text of a published checklist, checked against its hash; kept in the outbox.

        Raises SyncError.
        """
        kept = self.outbox.definition(sha256)
        if kept is not None:
            return kept
        text = self._authorised(lambda token: self._link.fetch(f"definitions/{sha256}", token))
        try:
            self.outbox.put_definition(sha256, text)
        except ValueError as error:
            raise BadAnswer(f"definitions/{sha256}: {error}") from error
        return text

    def reckon(self) -> None:
        """Hold what the server is owed against the outbox; what it lost waits to be sent again."""
        reckon(self.outbox, self._call, self._notify)

    def send_photos(self) -> None:
        """Upload every waiting photo, up to three at once; raises SyncError.

        A photo that does not get through is told as an event and waits for the next sync.
        """
        sender = PhotoSender(
            self.outbox, self._link, self._token, self._call, self._notify, self._pace_of_link
        )
        self._stored += sender.send_all()

    # Calls

    def _call(self, path: str, answer: type[_Value], body: object) -> _Value:
        return self._authorised(lambda token: self._link.call(path, answer, body, token))

    def _authorised(self, ask: Callable[[str], _Value]) -> _Value:
        """Ask with a token; a token that is not taken is renewed once."""
        token = self._token.get()
        try:
            return ask(token)
        except ServerProblem as problem:
            if problem.status != 401 or isinstance(problem, DeviceRevoked):
                raise
        self._token.drop(token)
        return ask(self._token.get())

    def _renew(self) -> tuple[str, int]:
        device = self.outbox.device

        def ask(nonce: str) -> TokenAnswer:
            proof = sign_proof(self.outbox.key, SYNC_AUDIENCE, device, nonce)
            request = TokenRequest(device=device, nonce=nonce, signature=proof)
            return self._link.call("token", TokenAnswer, request)

        answer = self._with_nonce(ask)
        return answer.access_token, answer.expires_in

    def _with_nonce(self, ask: Callable[[str], _Value]) -> _Value:
        """Ask with a fresh nonce, and again: a nonce is good once, and a lost answer used it up."""
        for _ in range(NONCES_MAX - 1):
            nonce = self._link.call("hello", Hello).nonce
            try:
                return ask(nonce)
            except DeviceRevoked:
                raise
            except ServerProblem as problem:
                self._link.pauses.wait(0, f"a new nonce: {problem.slug}")
        return ask(self._link.call("hello", Hello).nonce)

    def _unsettled(self) -> int:
        counts = self.outbox.counts()
        return counts.get("pending", 0) + counts.get("sent", 0)

    def _count(self, receipts: list[Receipt]) -> None:
        self._statuses.update(receipt.status for receipt in receipts)

    def _note_resent(self, resent: int) -> None:
        if resent:
            self._resent += resent
            self._notify(EpochChanged(resent))

    def _notify(self, event: Event) -> None:
        self._progress(event)
