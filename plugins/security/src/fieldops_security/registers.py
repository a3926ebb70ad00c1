"""What a company keeps of its security: patrol points, posts, keys, cameras.

Keys stand at the place, on the tag or on the platform; an answer or a repeat's name refers to them.
"""

from fieldops import Column, Entry, Inspection, RegisterSpec, ResultView

POINTS = RegisterSpec(
    name="patrol-points",
    titles={"zh-CN": "巡更点台账", "en": "Patrol points"},
    coded=True,
    columns=(
        Column(name="place", titles={"zh-CN": "位置", "en": "Place"}, required=True),
        Column(name="route", titles={"zh-CN": "路线", "en": "Route"}, required=True),
        Column(name="order", titles={"zh-CN": "顺序", "en": "Order"}, type="integer"),
        Column(
            name="shift",
            titles={"zh-CN": "班次", "en": "Shift"},
            type="choice",
            choices=("day", "night", "both"),
        ),
        Column(name="window_from", titles={"zh-CN": "最早", "en": "From"}, type="time"),
        Column(name="window_to", titles={"zh-CN": "最晚", "en": "To"}, type="time"),
        Column(
            name="distance_m",
            titles={"zh-CN": "距上一点步行米数", "en": "Metres on foot from the point before"},
            type="decimal",
        ),
    ),
)

POSTS = RegisterSpec(
    name="posts",
    titles={"zh-CN": "岗位台账", "en": "Posts"},
    coded=True,
    columns=(
        Column(name="name", titles={"zh-CN": "名称", "en": "Name"}, required=True),
        Column(
            name="guards_day",
            titles={"zh-CN": "白班应到人数", "en": "Guards by day"},
            type="integer",
            required=True,
        ),
        Column(
            name="guards_night",
            titles={"zh-CN": "夜班应到人数", "en": "Guards by night"},
            type="integer",
            required=True,
        ),
    ),
)

KEYS = RegisterSpec(
    name="keys",
    titles={"zh-CN": "钥匙台账", "en": "Keys"},
    coded=True,
    columns=(
        Column(name="name", titles={"zh-CN": "名称", "en": "Name"}, required=True),
        Column(
            name="kind",
            titles={"zh-CN": "类别", "en": "Kind"},
            type="choice",
            required=True,
            choices=("master", "building", "plant", "unit", "card"),
        ),
        Column(
            name="sets", titles={"zh-CN": "配制把数", "en": "Made"}, type="integer", required=True
        ),
        Column(name="keeper", titles={"zh-CN": "保管人", "en": "Keeper"}, level=2),
    ),
)

CAMERAS = RegisterSpec(
    name="cameras",
    titles={"zh-CN": "摄像机台账", "en": "Cameras"},
    columns=(Column(name="place", titles={"zh-CN": "位置", "en": "Place"}, required=True),),
)

REGISTERS = (POINTS, POSTS, KEYS, CAMERAS)


def code_of(inspection: Inspection, item: str, repeat: str) -> str:
    """What was scanned for a repeat, else the repeat's own name."""
    scan = inspection.find(item, repeat)
    return scan.value if scan is not None and isinstance(scan.value, str) else repeat


def entry_of(inspection: Inspection, spec: RegisterSpec, code: str) -> Entry | None:
    """The entry of a code that is in force, or None."""
    found = inspection.entry(spec.name, code)
    return None if found is None or found.retired else found


def unseen(
    inspection: Inspection, spec: RegisterSpec, item: str, counted: tuple[ResultView, ...]
) -> tuple[Entry, ...]:
    """The entries in force that no repeat of a finished walk scans or is named after.

    ``item`` is the scan, ``counted`` what is asked of each; empty where the walk has none of them.
    """
    if not (counted and inspection.is_submitted):
        return ()
    seen = {code_of(inspection, item, one.repeat) for one in counted}
    seen |= {one.repeat for one in counted}
    return tuple(one for one in inspection.entries_of(spec.name) if one.key not in seen)
