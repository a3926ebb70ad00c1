"""The life of a complaint on its feedback record: which step may follow which, and what it writes.

    complaint ─ accept → accepted ─ classify → classified ─ investigate → investigating
              ─ resolve → resolved ─ follow-up → followed-up ─ archive → archived

An answer may be given at any time after it was accepted; a pause comes back to where it was; what
was resolved can be re-opened.  Whoever took it (首问负责) stays its owner until somebody has
accepted the hand-over.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fieldops.model.record import Decoded, State
from fieldops.model.said import NOTHING, Said, at
from fieldops.rules.complainttiers import is_higher
from fieldops.rules.machines import BACK, DECIDERS, PAUSED, WALKERS, Machine, Table, Who
from fieldops.rules.recordwords import steps_zh
from fieldops_sync.ids import actor_id

HANDLE = "complaint.handle@1"
NEW, ARCHIVED = "complaint", "archived"
FORM_ACTOR = "public-form"
"""The server's actor that writes what residents say on a public form: nobody's first contact."""
_NOBODY = str(actor_id(FORM_ACTOR))

_HANDING = ("hand-over", "decline-hand-over")


def _at(state: str, **steps: str) -> Mapping[str, str]:
    """A row of the table: the steps that lead on, and handing over, which leaves it where it is."""
    row = {name.replace("_", "-"): to for name, to in steps.items()}
    return {**dict.fromkeys(_HANDING, state), "accept-hand-over": state, **row}


COMPLAINT_TABLE: Table = {
    NEW: _at(NEW, accept="accepted", accept_hand_over="accepted"),
    "accepted": _at("accepted", classify="classified", answer="accepted", pause=PAUSED),
    "classified": _at(
        "classified",
        classify="classified",
        investigate="investigating",
        answer="classified",
        pause=PAUSED,
    ),
    "investigating": _at(
        "investigating",
        classify="investigating",
        investigate="investigating",
        answer="investigating",
        resolve="resolved",
        pause=PAUSED,
    ),
    "resolved": _at(
        "resolved",
        classify="resolved",
        answer="resolved",
        follow_up="followed-up",
        re_open="investigating",
    ),
    "followed-up": _at(
        "followed-up",
        answer="followed-up",
        follow_up="followed-up",
        re_open="investigating",
        archive=ARCHIVED,
    ),
    ARCHIVED: {"re-open": "investigating"},
    PAUSED: _at(PAUSED, resume=BACK, answer=PAUSED),
}
"""From a state by a step to a state.  Feedback of another nature is in none of these states."""

COMPLAINT_STATES = tuple(COMPLAINT_TABLE)

NEEDS: dict[str, tuple[str, ...]] = {
    "classify": ("tier",),
    "investigate": ("note",),
    "answer": ("note",),
    "resolve": ("note",),
    "follow-up": ("result",),
    "re-open": ("note",),
    "pause": ("note",),
    "decline-hand-over": ("note",),
    "archive": ("cause",),
}
"""The members without which a step says nothing."""
TAKES: dict[str, frozenset[str]] = {
    "classify": frozenset({"tier"}),
    "hand-over": frozenset({"to", "team"}),
    "investigate": frozenset({"finding"}),
    "follow-up": frozenset({"result", "satisfaction"}),
    "archive": frozenset({"cause"}),
}
"""The members beside ``note`` that a step may have."""


def complaint_state(body: Mapping[str, Any]) -> str:
    """Where feedback stands: a complaint by its stage, everything else by its nature."""
    nature: str = body.get("nature") or ""
    return body.get("stage") or nature if nature == NEW else nature


def owner_of(body: Mapping[str, Any]) -> str:
    """Who answers for a complaint, an id as text: its first contact; empty if there was none."""
    owner: str = body.get("owner") or body.get("by") or ""
    return "" if owner == _NOBODY else owner


def wrong_step(fields: Mapping[str, Any]) -> Said:
    """What is wrong with the members of a step, or an empty text."""
    step = fields["step"]
    if missing := [name for name in NEEDS.get(step, ()) if not fields.get(name)]:
        names = ", ".join(missing)
        return at("payload", Said(f"{steps_zh([step])}须填写 {names}", f"{step} needs {names}"))
    taken = TAKES.get(step, frozenset()) | {"step", "note"}
    if strange := sorted(fields.keys() - taken):
        names = ", ".join(strange)
        told = Said(f"{steps_zh([step])}不接受 {names}", f"{step} does not take {names}")
        return at("payload", told)
    if step == "hand-over" and ("to" in fields) == ("team" in fields):
        return at(
            "payload", Said("转交须填 to 或 team 之一", "a hand-over names either to or team")
        )
    return NOTHING


def _step(decoded: Decoded) -> str:
    step: str = decoded.fields["step"]
    return step


def _bar(decoded: Decoded, state: State) -> Said:
    """What depends on who takes the step, or on what was said before."""
    bar = _BARS.get(_step(decoded))
    return bar(decoded, state.body) if bar else NOTHING


def _bar_accept(decoded: Decoded, body: Mapping[str, Any]) -> Said:
    if owner_of(body) in ("", decoded.by):
        return NOTHING
    return Said(
        "转交被接收之前，由首问负责人负责",
        "its first contact owns it until a hand-over is accepted",
    )


def _bar_hand_over(decoded: Decoded, _body: Mapping[str, Any]) -> Said:
    """Nobody takes a colleague's complaint by handing it to himself."""
    is_own = decoded.fields.get("to") == decoded.by
    return Said("不能转交给自己", "nobody hands over to himself") if is_own else NOTHING


def _bar_accept_handed(decoded: Decoded, body: Mapping[str, Any]) -> Said:
    handover = body.get("handover")
    if not handover:
        return Said("没有待接收的转交", "no hand-over is waiting")
    if handover.get("by") == decoded.by:
        return Said("转交人不能自己接收", "whoever handed it over does not accept it")
    if handover.get("to", decoded.by) != decoded.by:
        return Said("该投诉已转交给他人", "it was handed over to somebody else")
    return NOTHING


def _bar_decline_handed(decoded: Decoded, body: Mapping[str, Any]) -> Said:
    """Whoever handed it over may take that back."""
    if (body.get("handover") or {}).get("by") == decoded.by:
        return NOTHING
    return _bar_accept_handed(decoded, body)


def _bar_classify(decoded: Decoded, body: Mapping[str, Any]) -> Said:
    tier, before = decoded.fields["tier"], body.get("tier")
    begun = "investigation" in body
    if begun and before and before != tier and not is_higher(tier, before):
        return Said("开始调查后，级别只能调高", "once it is looked into, a tier is only raised")
    return NOTHING


def _bar_archive(_decoded: Decoded, body: Mapping[str, Any]) -> Said:
    is_answered = bool(body.get("answer"))
    return NOTHING if is_answered else Said("尚未答复住户", "nobody has answered it yet")


_BARS: dict[str, Callable[[Decoded, Mapping[str, Any]], Said]] = {
    "accept": _bar_accept,
    "hand-over": _bar_hand_over,
    "accept-hand-over": _bar_accept_handed,
    "decline-hand-over": _bar_decline_handed,
    "classify": _bar_classify,
    "archive": _bar_archive,
}


def _is_owner(decoded: Decoded, state: State) -> bool:
    return owner_of(state.body) == decoded.by


_IN_CHARGE = Who(DECIDERS.roles, _is_owner)
"""Whoever owns the complaint, and who decides at the site."""
COMPLAINT_WHO: Mapping[str, Who] = {
    "accept": WALKERS,
    "hand-over": _IN_CHARGE,
    "accept-hand-over": WALKERS,
    "decline-hand-over": WALKERS,
    "classify": _IN_CHARGE,
    "investigate": _IN_CHARGE,
    "answer": _IN_CHARGE,
    "resolve": _IN_CHARGE,
    "follow-up": _IN_CHARGE,
    "re-open": WALKERS,
    "pause": _IN_CHARGE,
    "resume": _IN_CHARGE,
    "archive": _IN_CHARGE,
}
"""Who may take each step; the bars above say more where somebody is named."""
COMPLAINT = Machine(COMPLAINT_TABLE, _step, _bar, who=COMPLAINT_WHO)
COMPLAINT_MACHINES = {HANDLE: COMPLAINT}
