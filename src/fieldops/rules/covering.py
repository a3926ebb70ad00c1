"""Whether a plugin's word for a cell of an export shows no more than it was given.

given     致电 13812345678，张工
returned  致电 *，张*          taken: what is not a star stands there, in the same order
          致电 张工*           not taken: a piece of its own
"""

from fieldops.model.dataset import ColumnType, ExportCell

STAR = "*"


def taken(kind: ColumnType, given: ExportCell, returned: ExportCell) -> bool:
    """Whether ``returned`` may stand in a column of a kind for ``given``.

    Nothing may, and the same; of a text also what shows less of it.  Of a number, a day or JSON
    there is no less that its column could hold.
    """
    if returned is None or returned == "":
        return True
    if type(returned) is type(given) and returned == given:
        return True
    is_text = kind == "string" and isinstance(given, str) and isinstance(returned, str)
    return is_text and shows_less(str(given), str(returned))


def shows_less(given: str, returned: str) -> bool:
    """Whether a text is another one with some of its parts as stars; a star may be any length."""
    head, *rest = returned.split(STAR)
    if not rest:
        return returned == given
    tail = rest.pop()
    at, end = len(head), len(given) - len(tail)
    if not given.startswith(head) or not given.endswith(tail) or at > end:
        return False
    for piece in rest:
        found = given.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
