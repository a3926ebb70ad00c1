"""What security walks show beyond their single items.

points   patrol points by the register: missed, foreign, scanned twice
rounds   when points were reached: early, late, out of order, too fast, broken off
posts    posts short of guards, not looked at, entrances that nobody watches
fire     ways in and out, and the means to fight a fire
keys     against the register: the master key, lists that differ, keys not counted
cameras  too many down, the same one again, places that no camera sees
"""

from fieldops import Rule
from fieldops_security.rules.cameras import camera_down_again, cameras_blind, place_unwatched
from fieldops_security.rules.fire import (
    escape_compromised,
    fire_lane_again,
    fire_lane_impassable,
)
from fieldops_security.rules.keys import key_list_differs, key_not_counted, master_key_missing
from fieldops_security.rules.points import (
    patrol_code_foreign,
    patrol_code_twice,
    patrol_point_missed,
)
from fieldops_security.rules.posts import (
    control_room_unattended,
    entrance_unguarded,
    post_not_visited,
    post_short,
)
from fieldops_security.rules.rounds import (
    patrol_interrupted,
    patrol_off_time,
    patrol_out_of_order,
    patrol_too_fast,
)

RULES: tuple[Rule, ...] = (
    fire_lane_impassable,
    fire_lane_again,
    escape_compromised,
    patrol_point_missed,
    patrol_code_foreign,
    patrol_code_twice,
    patrol_off_time,
    patrol_out_of_order,
    patrol_too_fast,
    patrol_interrupted,
    post_short,
    post_not_visited,
    entrance_unguarded,
    control_room_unattended,
    master_key_missing,
    key_list_differs,
    key_not_counted,
    cameras_blind,
    camera_down_again,
    place_unwatched,
)
