"""The defaults, as a plugin like any other: the score, a finding for each failed result.

The deadline is what its severity has at the site (``rules.policies``), on the site's calendar.

It is part of fieldops and trusted, so the worker runs it in its own process.  What it does and a
domain plugin therefore leaves alone stands in plugins/README.md, "Who raises what".
"""

import sys
from collections.abc import Iterator

from fieldops.model.checklist import Checklist
from fieldops.model.finding import FindingDraft, Score
from fieldops.model.inspection import Inspection
from fieldops.model.plugin import API, Plugin
from fieldops.plugin.hookspecs import hookimpl
from fieldops.plugin.host import Host, host
from fieldops.rules.inspections import failed_draft, score_of

NAME = "builtin"
VERSION = "1"


@hookimpl
def declare_plugin() -> Plugin:
    """Asked about inspections of every domain."""
    return Plugin(
        name=NAME,
        version=VERSION,
        api=API,
        summary={
            "zh-CN": "默认评分与问题",
            "en": "Default scores and findings",
        },
    )


@hookimpl
def score_inspection(inspection: Inspection, checklist: Checklist) -> Score:
    """The weighted score of the checklist."""
    return score_of(inspection, checklist)


@hookimpl
def raise_findings(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """One finding for each failed result, as severe and as urgent as its item."""
    return (failed_draft(result, checklist) for result in inspection.failed)


def load() -> Host:
    """This plugin as the worker runs it: ``run_worker(settings, [builtin.load()], stop)``."""
    loaded = host(NAME, sys.modules[__name__])
    assert isinstance(loaded, Host), loaded
    return loaded
