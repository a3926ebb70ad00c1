"""Pages: a cursor goes on exactly behind the last item, and is good for its own list alone."""

import base64

import pytest

from fieldops.flow.paging import Ask, Page, Place, after, cut
from fieldops.model.problem import ProblemError

ROWS = [Place(at, f"{at:032x}") for at in range(5, 0, -1)]


def page(
    cursor: str = "", limit: int = 2, filters: object = None, name: str = "walks"
) -> Page[int]:
    ask = Ask(name, filters, cursor, limit)
    behind = after(ask, Place)
    left = [row for row in ROWS if behind is None or row < behind]
    return cut(ask, left[: limit + 1], lambda row: row, lambda row: row.at_ms)


def test_pages_follow_each_other_to_the_end():
    found, cursor = [], ""
    while True:
        one = page(cursor)
        found.append(one.items)
        if one.cursor is None:
            break
        cursor = one.cursor
    assert found == [[5, 4], [3, 2], [1]]


def test_a_full_last_page_is_the_last():
    assert page(limit=5) == Page([5, 4, 3, 2, 1], None)


@pytest.mark.parametrize(
    "strange",
    [
        "x",
        "雨",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'["12345678",[1]]').decode(),
        base64.urlsafe_b64encode(b'["12345678",[1,"00"]]').decode(),
    ],
)
def test_a_strange_cursor_is_a_problem(strange: str):
    with pytest.raises(ProblemError, match="validation"):
        page(strange)


def test_a_cursor_is_good_for_its_own_list_and_filters_alone():
    cursor = page(filters={"site": "a"}).cursor
    assert cursor is not None
    assert page(cursor, filters={"site": "a"}).items == [3, 2]
    for site, name in (("b", "walks"), ("a", "photos")):
        with pytest.raises(ProblemError, match="cursor"):
            page(cursor, filters={"site": site}, name=name)
