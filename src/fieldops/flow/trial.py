"""What plugins find in answers that are not on record, as the worker would ask them."""

from uuid import UUID

from fieldops.flow.judge import Asked, Verdict, judge, no_bytes
from fieldops.flow.view import Case, read_results
from fieldops.model.answer import Sheet
from fieldops.model.checklist import Checklist
from fieldops.model.inspection import Inspection, LogChange, SiteView
from fieldops.model.plugin import PluginFault
from fieldops.plugin.meter import Caller
from fieldops.rules.checklists import address

_WALK = UUID("00000000-0000-8000-8000-000000000001")
_SITE = UUID("00000000-0000-8000-8000-000000000002")


def found_by(caller: Caller, checklist: Checklist, sheet: Sheet) -> Verdict | PluginFault:
    """The findings and the score of a submitted walk with these answers, on a site made up for it.

    It has no photos, no registers and no earlier walks: what needs them finds nothing.
    """
    walk = Inspection(
        id=_WALK,
        site=_SITE,
        checklist=address(checklist),
        state="submitted",
        date=sheet.date,
        results=read_results(checklist, sheet, _WALK),
    )
    change = LogChange(position=1, kind="inspection", subject=_WALK, site=_SITE, op=_WALK)
    case = Case(walk, checklist, SiteView(id=_SITE), {})
    return judge(caller, Asked(case, change, scores=True), no_bytes)
