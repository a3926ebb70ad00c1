"""Realistic ops: the results of walks, as a tablet words them."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from uuid import UUID

from msgspec import Struct

from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.wire import Claimed

ITEMS = 400
"""The largest checklist of a walk (domain.md, "What is real in a site walk")."""
BOOT = "9f0c2a4e-boot"
SHIFT_MS = 6 * 3600 * 1000
"""How long ago the tablet was switched on: the longest walk."""
_BOOTED = datetime.now(timezone(timedelta(hours=8))) - timedelta(milliseconds=SHIFT_MS)
_PACE_MS = 200
_ANSWERS = (
    ('"pass"', "pass", "目测无污渍、无积水，边角与扶手已擦拭，符合保洁标准第三条"),
    ('"23.5"', "pass", "设备间温度计读数，通风正常；湿度计同时记录，见巡检本"),
    ('"fail"', "fail", "二号电梯厅地砖缝有明显污渍，已请保洁班长当天处理并拍照"),
    ('"pass"', "pass", "灭火器压力指针在绿区，封签完好，检查卡已签当月日期"),
    ('["a","c"]', "pass", "大堂玻璃门内外侧均无手印，地垫平整，雨伞架已清空"),
)


class Walk(Struct, frozen=True):
    """One inspection: where, who, by which published checklist."""

    inspection: UUID
    site: UUID
    actor: UUID
    definition: str


def checklist_text() -> str:
    """The TOML of a checklist of ``ITEMS`` items in ten sections."""
    head = (
        'key = "bench-walk"\nversion = "1.0"\ndomain = "cleaning"\n'
        'titles = { zh-CN = "性能检查表", en = "Benchmark walk" }\n'
    )
    example = (
        '[[examples]]\ntitles = { zh-CN = "全部合格", en = "All passes" }\n'
        'date = "2026-11-21"\nrest = "pass"\nscore = 100\npassed = true\n'
    )
    return head + "".join(_section(number) for number in range(10)) + example


def _section(number: int) -> str:
    lines = [f'[[sections]]\nkey = "s{number:02}"']
    lines.append(f'titles = {{ zh-CN = "第{number}区", en = "Part {number}" }}')
    for place in range(ITEMS // 10):
        lines.append(f'[[sections.items]]\nkey = "{item_key(number * (ITEMS // 10) + place)}"')
        lines.append('titles = { zh-CN = "地面清洁", en = "Clean floor" }')
        lines.append('measure = { zh-CN = "目测无污渍。", en = "No stains to be seen." }')
        lines.append('clause = "BJ-3.2"\nanswer = { type = "passfail" }')
    return "\n".join(lines) + "\n"


def item_key(number: int) -> str:
    """The key of the n-th item, from 0."""
    return f"area_{number // 40:02}_item_{number:03}"


def start(walk: Walk, seq: int) -> bytes:
    """The op that begins a walk."""
    return _op(walk, seq, "inspection.start@1", ("inspection", walk.inspection), "{}")


def results(walk: Walk, seqs: Iterator[int]) -> Iterator[bytes]:
    """The results of a walk without end: after the last item they repeat, lift by lift."""
    for number in itertools.count():
        item, lift = item_key(number % ITEMS), number // ITEMS
        repeat = f"lift-{lift}" if lift else ""
        yield _result(walk, next(seqs), item, repeat, number)


def _result(walk: Walk, seq: int, item: str, repeat: str, number: int) -> bytes:
    value, outcome, note = _ANSWERS[number % len(_ANSWERS)]
    again = f'"repeat":"{repeat}",' if repeat else ""
    payload = (
        f'{{"inspection":"{walk.inspection}","item":"{item}",{again}"value":{value},'
        f'"outcome":"{outcome}","note":"{note}"}}'
    )
    subject = result_id(walk.inspection, item, repeat)
    return _op(walk, seq, "result.record@1", ("result", subject), payload)


def _op(walk: Walk, seq: int, type_: str, subject: tuple[str, UUID], payload: str) -> bytes:
    mono = seq * _PACE_MS % SHIFT_MS
    return (
        f'{{"id":"{uuid7()}","type":"{type_}",'
        f'"subject":{{"kind":"{subject[0]}","id":"{subject[1]}"}},'
        f'"site":"{walk.site}","actor":"{walk.actor}",'
        f'"at":{{"wall":"{_wall(mono)}","mono":{mono},"boot":"{BOOT}"}},'
        f'"payload":{payload},"seq":{seq},"def":"{walk.definition}"}}'
    ).encode()


def clock() -> Claimed:
    """What the tablet's clocks show now."""
    here = datetime.now(_BOOTED.tzinfo)
    mono = int((here - _BOOTED).total_seconds() * 1000)
    return Claimed(_wall(mono), mono, BOOT)


def _wall(mono: int) -> str:
    return (_BOOTED + timedelta(milliseconds=mono)).isoformat(timespec="milliseconds")
