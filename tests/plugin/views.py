"""Views that hooks are called with, with only the relevant members in sight."""

from typing import Any
from uuid import UUID, uuid4

from fieldops.model.checklist import Checklist, Item, Section
from fieldops.model.inspection import Inspection, LogChange, PhotoView, ResultView
from fieldops_sync.ids import result_id

TITLES: Any = {"zh-CN": "地面", "en": "Floor"}
SITE = UUID(int=1)
WALK = UUID(int=2)

CHECKLIST = Checklist(
    key="daily",
    version="1",
    domain="cleaning",
    titles=TITLES,
    sections=(Section(key="lobby", titles=TITLES, items=(Item(key="floor", titles=TITLES),)),),
)


def result(item: str = "floor", outcome: Any = "pass", **members: Any) -> ResultView:
    """A result of the lobby."""
    return ResultView(
        id=result_id(WALK, item, members.get("repeat", "")),
        section="lobby",
        item=item,
        titles=TITLES,
        answered=True,
        value=outcome,
        outcome=outcome,
        **members,
    )


def inspection(
    *results: ResultView, photos: tuple[PhotoView, ...] = (), **members: Any
) -> Inspection:
    """A submitted walk."""
    return Inspection(
        **{
            "id": WALK,
            "site": SITE,
            "checklist": "0" * 64,
            "state": "submitted",
            "date": "2026-11-21",
            "results": results or (result(),),
            "photos": photos,
            **members,
        }
    )


def change(position: int = 1) -> LogChange:
    """A change of a result."""
    return LogChange(
        position=position,
        kind="result",
        subject=uuid4(),
        site=SITE,
        op=uuid4(),
        type="result.record@1",
        at="2026-11-21T12:00:00Z",
    )


def asking(**more: Any) -> dict[str, Any]:
    """The arguments of ``raise_findings``."""
    given = {"change": change(), "inspection": inspection(), "checklist": CHECKLIST}
    return {**given, **more}
