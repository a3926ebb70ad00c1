"""What cleaning walks show beyond their single items.

places     a zone below the threshold, the same fault in several zones
hazards    what may hurt somebody: wet floors, mixed agents, spraying, rats
pairs      photos before and after
frequency  zones of the register that were not cleaned as often as they must be
again      what failed before within 30 days
"""

from fieldops import Rule
from fieldops_cleaning.rules.again import repeat_failure
from fieldops_cleaning.rules.frequency import frequency_missed
from fieldops_cleaning.rules.hazards import (
    agents_mixed,
    rats_fed,
    slip_hazard,
    spray_unsafe,
    toilet_unusable,
)
from fieldops_cleaning.rules.pairs import (
    pair_incomplete,
    pair_missing,
    pair_reversed,
    pair_same_picture,
    pair_too_quick,
)
from fieldops_cleaning.rules.places import (
    same_fault_repeated,
    zone_below_threshold,
    zone_poor,
)

RULES: tuple[Rule, ...] = (
    zone_below_threshold,
    zone_poor,
    same_fault_repeated,
    pair_missing,
    pair_incomplete,
    pair_reversed,
    pair_same_picture,
    pair_too_quick,
    slip_hazard,
    toilet_unusable,
    agents_mixed,
    spray_unsafe,
    rats_fed,
    frequency_missed,
    repeat_failure,
)
