"""All that the domain finds beyond single items; each subject has a module of its own.

No finding copies what it found: kinds, counts and places only (domain.md, rule 11).
"""

from fieldops import Rule
from fieldops_confidentiality.rules_access import (
    access_review_differs,
    access_review_due,
    access_review_overdue,
    actions_untraceable,
    systems_missed,
)
from fieldops_confidentiality.rules_agreements import (
    agreement_due,
    agreement_expired,
    agreement_missing,
    agreements_differ,
)
from fieldops_confidentiality.rules_backups import (
    backup_unproven,
    drill_failed,
    drill_one_place,
    drill_overdue,
    drill_unregistered,
    leak_drill_overdue,
)
from fieldops_confidentiality.rules_exposure import (
    exposed_again,
    l3_exposure,
    level_understated,
    papers_unshredded,
    room_exposed,
)
from fieldops_confidentiality.rules_people import (
    access_uncontrolled,
    leavers_linger,
    safeguards_missing,
)
from fieldops_confidentiality.rules_texts import personal_in_text

RULES: tuple[Rule, ...] = (
    l3_exposure,
    room_exposed,
    exposed_again,
    level_understated,
    papers_unshredded,
    safeguards_missing,
    access_uncontrolled,
    leavers_linger,
    agreement_expired,
    agreement_due,
    agreement_missing,
    agreements_differ,
    access_review_overdue,
    access_review_due,
    access_review_differs,
    systems_missed,
    actions_untraceable,
    backup_unproven,
    drill_overdue,
    drill_failed,
    drill_one_place,
    drill_unregistered,
    leak_drill_overdue,
    personal_in_text,
)
