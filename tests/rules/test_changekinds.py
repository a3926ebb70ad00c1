"""The table of kinds of change, row by row."""

import pytest

from fieldops.rules.changekinds import SERVERS_OWN, change_kind

YES, NO = True, False


@pytest.mark.parametrize(
    ("existed", "stands", "by_person", "is_late", "kind"),
    [
        (NO, YES, YES, NO, "added"),
        (NO, YES, NO, NO, "added"),
        (NO, YES, YES, YES, "late"),
        (YES, YES, YES, NO, "changed"),
        (YES, YES, YES, YES, "changed"),
        (YES, YES, NO, NO, "rejudged"),
        (YES, NO, YES, NO, "voided"),
        (NO, NO, YES, NO, "voided"),
    ],
)
def test_what_has_become_of_a_record(existed, stands, by_person, is_late, kind):
    assert change_kind(existed, stands, by_person, is_late) == kind


def test_what_the_server_alone_sends_is_judging():
    assert {"inspection.score@1", "finding.raise@1", "finding.withdraw@1"} <= SERVERS_OWN
    assert not {"record.void@1", "result.record@1", "inspection.seal@1"} & SERVERS_OWN
