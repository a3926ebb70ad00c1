"""All that the domain finds beyond single items; each subject has a module of its own."""

from fieldops import Rule
from fieldops_facilities.rules_assets import (
    asset_kind_differs,
    asset_retired,
    asset_scanned_twice,
    asset_unknown,
    assets_missed,
    nameplate_differs,
)
from fieldops_facilities.rules_certificates import (
    certificate_differs,
    certificate_due,
    certificate_expired,
    certificate_missing,
)
from fieldops_facilities.rules_dates import date_due_soon
from fieldops_facilities.rules_limits import beyond_rated, near_limit
from fieldops_facilities.rules_maintenance import (
    maintenance_backlog,
    maintenance_overdue,
    recurring_failure,
)
from fieldops_facilities.rules_meters import (
    meter_backwards,
    meter_balance,
    meter_jump,
    meter_over_limit,
    meter_previous_differs,
    meter_stopped,
)
from fieldops_facilities.rules_systems import (
    fire_alarm_lost,
    fire_water_lost,
    gas_uncontrolled,
    left_in_use,
    lift_traps,
    room_unsafe,
)

RULES: tuple[Rule, ...] = (
    near_limit,
    beyond_rated,
    meter_backwards,
    meter_previous_differs,
    meter_jump,
    meter_stopped,
    meter_over_limit,
    meter_balance,
    asset_unknown,
    asset_retired,
    asset_kind_differs,
    asset_scanned_twice,
    assets_missed,
    nameplate_differs,
    certificate_expired,
    certificate_due,
    certificate_missing,
    certificate_differs,
    date_due_soon,
    maintenance_overdue,
    maintenance_backlog,
    recurring_failure,
    room_unsafe,
    fire_water_lost,
    fire_alarm_lost,
    gas_uncontrolled,
    lift_traps,
    left_in_use,
)
