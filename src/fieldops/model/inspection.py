"""An inspection as rules and plugins see it: one frozen value, judged, no database behind it.

A view holds what an item asks for and no more: names and phone numbers of residents (L2) never
stand in it (domain.md, rule 11).
"""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from fieldops.model.answer import Violation
from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Outcome, RawValue, Severity
from fieldops.model.personal import Kind
from fieldops.model.register import Entry

PhotoState = Literal["awaiting", "stored", "waived"]
_SUBMITTED = frozenset({"submitted", "sealed", "approved", "returned"})


class LogChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the log: the op ``op`` of ``type`` changed ``subject`` on ``site``.

    ``at`` is when the server received it, RFC 3339 in UTC.
    """

    position: int
    kind: str
    subject: UUID
    site: UUID
    op: UUID
    type: str = ""
    at: str = ""


class SiteView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A site as far as rules need it; ``timezone`` is an IANA name, or empty if unknown."""

    id: UUID
    name: str = ""
    nature: str = ""
    timezone: str = ""


class ResultView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item that shows, for one repeat, answered or not.

    ``value`` is the answer as it travels, ``figure`` the number that it stands for (of a calculated
    item the result), ``usage`` what a meter counted.  ``outcome`` is the judged one, ``claimed``
    the person's.  ``severity`` and ``titles`` are the item's, the titles with the repeat's name.
    What people wrote is masked above the plugin's level; ``personal`` says what kinds of personal
    information stand in it, masked or not.
    """

    id: UUID
    section: str
    item: str
    titles: Titles
    severity: Severity = "minor"
    repeat: str = ""
    answered: bool = False
    value: RawValue = None
    figure: Decimal | None = None
    usage: Decimal | None = None
    claimed: Outcome | None = None
    outcome: Outcome | None = None
    violations: tuple[Violation, ...] = ()
    note: str = ""
    personal: tuple[Kind, ...] = ()
    photo_count: int = 0
    recorded_at: str = ""


class PhotoView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One photo: what it belongs to, where its bytes are.  ``taken_at`` is as the tablet claims.

    ``caption`` and ``personal`` are as a result's ``note`` and ``personal``.
    """

    id: UUID
    sha256: str
    state: PhotoState = "awaiting"
    item: str = ""
    repeat: str = ""
    role: str = "evidence"
    caption: str = ""
    mime: str = ""
    size_bytes: int = 0
    taken_at: str = ""
    personal: tuple[Kind, ...] = ()


class EarlierResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an earlier walk answered to one item for one repeat; members as in ``ResultView``."""

    section: str
    item: str
    repeat: str = ""
    value: RawValue = None
    figure: Decimal | None = None
    outcome: Outcome | None = None
    recorded_at: str = ""


class EarlierWalk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A submitted walk of the same site and domain on an earlier day, or earlier that day.

    ``checklist`` is the key of the checklist, ``version`` the one that was walked by; ``results``
    are those answered.  Where the walk at hand has the same checklist in another version, their
    items have the keys of that version, and those that it does not have are left out.
    """

    id: UUID
    checklist: str
    date: str
    version: str = ""
    area: UUID | None = None
    results: tuple[EarlierResult, ...] = ()

    def find(self, item: str, repeat: str = "") -> EarlierResult | None:
        """The result of an item for one repeat, or None where it was not answered."""
        return next((r for r in self.results if (r.item, r.repeat) == (item, repeat)), None)

    def failed_of(self, *items: str) -> tuple[EarlierResult, ...]:
        """The results of these items that failed."""
        return tuple(r for r in self.results if r.outcome == "fail" and r.item in items)


class Inspection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One walk of one site.  ``results`` are in the order of the checklist.

    ``checklist`` is the SHA-256 of the version that it is judged by; ``date`` its day at the site.
    ``earlier`` are the walks of the days that the plugin asks for (``Plugin.earlier_days``), newest
    first; ``entries`` are the site's entries in the plugin's registers (``Plugin.registers``).
    ``overridden`` are the marks of what the site had changed about the checklist when the walk
    began: the checklist that hooks get is the changed one, and the score will bear them.
    """

    id: UUID
    site: UUID
    checklist: str
    state: str
    date: str = ""
    area: UUID | None = None
    results: tuple[ResultView, ...] = ()
    photos: tuple[PhotoView, ...] = ()
    earlier: tuple[EarlierWalk, ...] = ()
    entries: tuple[Entry, ...] = ()
    overridden: tuple[str, ...] = ()

    @property
    def is_submitted(self) -> bool:
        """Whether the walk is over: before that, what is missing may still come."""
        return self.state in _SUBMITTED

    def find(self, item: str, repeat: str = "") -> ResultView | None:
        """The result of an item for one repeat, or None where it does not show."""
        return next((r for r in self.results if (r.item, r.repeat) == (item, repeat)), None)

    def of_items(self, *items: str) -> tuple[ResultView, ...]:
        """The results of these items, every repeat, in the order of the checklist."""
        return tuple(r for r in self.results if r.item in items)

    @property
    def failed(self) -> tuple[ResultView, ...]:
        """The results that failed."""
        return tuple(r for r in self.results if r.outcome == "fail")

    def failed_of(self, *items: str) -> tuple[ResultView, ...]:
        """The results of these items that failed."""
        return tuple(r for r in self.failed if r.item in items)

    def photos_of(self, item: str, repeat: str = "") -> tuple[PhotoView, ...]:
        """The photos that belong to an item for one repeat."""
        return tuple(p for p in self.photos if (p.item, p.repeat) == (item, repeat))

    def entries_of(self, register: str) -> tuple[Entry, ...]:
        """The site's entries in one register that are in force, by key."""
        return tuple(e for e in self.entries if e.register == register and not e.retired)

    def entry(self, register: str, key: str) -> Entry | None:
        """The entry of a register by its key, retired or not; None where there is none."""
        return next((e for e in self.entries if (e.register, e.key) == (register, key)), None)
