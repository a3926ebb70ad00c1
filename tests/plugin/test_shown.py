"""What a plugin's process is shown arrives whole, and nothing of it twice."""

from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.plugin.views import CHECKLIST, inspection

from fieldops.model.inspection import EarlierResult, EarlierWalk, Inspection
from fieldops.model.register import Entry
from fieldops.plugin import messages, shown
from fieldops.plugin.shown import Seen, Shown


def walk(number: int) -> EarlierWalk:
    result = EarlierResult(section="lobby", item="floor", outcome="fail")
    own = UUID(int=number)
    return EarlierWalk(id=own, checklist="daily", date="2026-11-20", results=(result,))


WALKS = [walk(number) for number in range(6)]
ENTRIES = [Entry(register="assets", key=f"P-{number}") for number in range(3)]


@st.composite
def views(draw: st.DrawFn) -> Inspection:
    earlier = draw(st.lists(st.sampled_from(WALKS), unique_by=id, max_size=5))
    entries = draw(st.lists(st.sampled_from(ENTRIES), unique_by=id, max_size=3))
    return msgspec.structs.replace(inspection(), earlier=tuple(earlier), entries=tuple(entries))


@given(st.lists(views(), max_size=8), st.integers(1, 8))
def test_every_inspection_arrives_as_it_is(inspections: list[Inspection], most: int) -> None:
    before, shown._WALKS = shown._WALKS, most
    try:
        worker, plugin = Shown(), Seen()
        for one in inspections:
            news = worker.news({"inspection": one, "checklist": CHECKLIST, "change": 1})
            if news is not None:
                plugin.take(travel(news))
            assert (plugin.inspection, plugin.checklist) == (one, CHECKLIST)
    finally:
        shown._WALKS = before


def test_what_was_shown_does_not_travel_again() -> None:
    worker = Shown()
    first = msgspec.structs.replace(inspection(), earlier=tuple(WALKS[:4]), entries=tuple(ENTRIES))
    second = msgspec.structs.replace(first, earlier=tuple(WALKS[1:5]))
    whole = worker.news({"inspection": first, "checklist": CHECKLIST})
    assert whole is not None
    assert (whole.walks, whole.entries) == (tuple(WALKS[:4]), tuple(ENTRIES))
    assert worker.news({"inspection": first, "checklist": CHECKLIST}) is None
    assert worker.news({}) is None
    news = worker.news({"inspection": second, "checklist": CHECKLIST})
    assert news is not None
    assert (news.walks, news.entries, news.checklist) == ((WALKS[4],), None, None)
    changed = msgspec.structs.replace(second, earlier=(walk(1),))
    news = worker.news({"inspection": changed})
    assert news is not None
    assert news.walks == (walk(1),), "the same walk with other answers is shown anew"


def travel(news: messages.Show) -> messages.Show:
    order = messages.read_order(messages.encode(news))
    assert isinstance(order, messages.Show)
    return order
