"""What plugins share in their sections of the monthly report: findings by theme, checks by list."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from fieldops.model.answertypes import Titles
from fieldops.model.report import Cell, FindingMonth, ItemMonth, ReportSection
from fieldops.rules.assessment import rounded

_COLUMNS: tuple[Titles, ...] = (
    {"zh-CN": "类别", "en": "Theme"},
    {"zh-CN": "问题", "en": "Findings"},
    {"zh-CN": "未关闭", "en": "Not closed"},
    {"zh-CN": "逾期", "en": "Overdue"},
    {"zh-CN": "重复", "en": "Came again"},
)
_CLOSED = frozenset({"closed", "deducted", "contested"})


def findings_by_theme(
    titles: Titles,
    findings: Iterable[FindingMonth],
    themes: Mapping[str, Titles],
    of: Mapping[str, str],
    paragraphs: tuple[Titles, ...] = (),
) -> ReportSection | None:
    """A section of the themes that anything was found of, in their order; None of none.

    ``of`` gives the theme of a rule, by its name without what the server puts before it
    (``photo.``, ``check.``) and what tells its cases apart behind a dot; others are left out.
    """
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in findings:
        theme = of.get(_plain(one.rule))
        if theme is not None:
            is_open = one.state not in _CLOSED
            sums = {"found": 1, "open": is_open, "overdue": one.overdue, "again": one.repeated}
            counted[theme].update(sums)
    members = ("found", "open", "overdue", "again")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (named, *(int(counted[name][member]) for member in members))
        for name, named in themes.items()
        if name in counted
    )
    if not rows:
        return None
    return ReportSection(titles=titles, paragraphs=paragraphs, columns=_COLUMNS, rows=rows)


def _plain(rule: str) -> str:
    """A rule's own name, as the plugin's code has it."""
    return rule.removeprefix("photo.").removeprefix("check.").partition(".")[0]


def passed_share(items: Sequence[ItemMonth]) -> str:
    """The share of results that passed, as text with two places; a dash where none was judged."""
    answered, failed = sum(one.answered for one in items), sum(one.failed for one in items)
    return f"{rounded(Fraction(100 * (answered - failed), answered))}%" if answered else "—"
