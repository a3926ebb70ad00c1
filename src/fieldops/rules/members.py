"""What a payload's members must hold beyond their types."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Union, get_type_hints
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType, defstruct

from fieldops.model.said import NOTHING, Said, at
from fieldops.rules.calendars import wrong_calendar
from fieldops.rules.complaintsteps import HANDLE, wrong_step
from fieldops.rules.consent import wrong_consent
from fieldops.rules.endpoints import wrong_endpoint
from fieldops.rules.findingmembers import wrong_finding
from fieldops.rules.misfits import misfit
from fieldops.rules.overrides import wrong_override
from fieldops.rules.policies import wrong_policy
from fieldops.rules.qualifications import wrong_qualification
from fieldops.rules.recordwords import kind_zh
from fieldops_sync.optypes import OP_TYPES, OpType
from fieldops_sync.wire import Op

_CONTROL = (
    "inspection.",
    "record.",
    "conflict.",
    "review.",
    "media.",
    "photo.note",
    "complaint.",
)


def wrong_members(kind: OpType, ops: Sequence[Op], payloads: Sequence[dict[str, Any]]) -> Said:
    """What is wrong with the members of ops of a type: the first thing, or an empty text.

    ``conflict.resolve`` may set only what people write on that kind of subject, with its type.
    """
    wrong = _RULES.get(kind.name)
    if wrong is None:
        return NOTHING
    told = (wrong(op, fields) for op, fields in zip(ops, payloads, strict=True))
    return next(filter(None, told), NOTHING)


def _wrong_values(kind: str, values: dict[str, Any]) -> Said:
    if not values:
        return Said(
            "payload.set 为空：请写明所决定的成员",
            "payload.set is empty: name the members that are decided",
        )
    try:
        msgspec.convert(values, _VALUES[kind])
    except KeyError:
        told = Said(f"{kind_zh(kind)}没有可裁定的内容", f"nothing of kind {kind} is decided")
        return at("payload.set", told)
    except msgspec.ValidationError as error:
        return at("payload.set", misfit(str(error)))
    return NOTHING


def _values(kind: str) -> type[msgspec.Struct]:
    """A struct of all members that people write on a kind of subject, each of them optional."""
    members: dict[str, Any] = dict(_EXTRA.get(kind, {}))
    for op_type in OP_TYPES.values():
        if kind in op_type.kinds and not op_type.name.startswith(_CONTROL):
            members |= get_type_hints(op_type.payload, include_extras=True)
    for name in _IDENTITY.get(kind, ()):
        del members[name]
    optional = [(name, Union[hint, UnsetType], UNSET) for name, hint in members.items()]  # noqa: UP007
    return defstruct(f"{kind}_values", optional, forbid_unknown_fields=True)


_RULES: dict[str, Callable[[Op, dict[str, Any]], Said]] = {
    **{name: wrong_finding for name, kind in OP_TYPES.items() if "finding" in kind.kinds},
    "conflict.resolve@1": lambda op, fields: _wrong_values(op.subject.kind, fields["set"]),
    "override.set@1": wrong_override,
    "policy.set@1": wrong_policy,
    "qualification.set@1": wrong_qualification,
    "calendar.set@1": wrong_calendar,
    "endpoint.set@1": lambda _op, fields: wrong_endpoint(fields),
    HANDLE: lambda _op, fields: wrong_step(fields),
    "consent.set@1": wrong_consent,
}
"""By type of op; of the others only those about findings have more to hold."""

_EXTRA: dict[str, dict[str, Any]] = {
    "inspection": {
        "state": Literal["draft", "submitted", "sealed"],
        "owner": UUID,
        "note": str,
        "submit_note": str,
        "verdict": Literal["approved", "returned", "retake"] | None,
    },
}
"""Members of inspections that people write through ops with other payload names (``effects``)."""

_IDENTITY = {"result": ("inspection", "item", "repeat")}
"""Members that no two writers can differ in, as the id follows from them.  What the item is decides
on who may see the answer: whoever set another one would see what is not theirs."""

_VALUES = {
    kind: _values(kind)
    for kind in ("inspection", "result", "photo", "feedback", "note", "suggestion")
}
