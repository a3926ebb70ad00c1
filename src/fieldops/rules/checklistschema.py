"""The JSON Schema (draft 2020-12) of a checklist's TOML file, for editors.

msgspec describes the structs; what TOML and lint see differently is put right here: figures are
numbers, answers of examples too, both languages are wanted, unknown members are not allowed.  An
editor says at once what a schema can say; lint says everything.  Editors that know older drafts
only understand it as well: no member beside a ``$ref``, no ``const``, and no relative ``$id``, for
which taplo 0.9.3 refuses the whole schema.
"""

import json
from typing import Any

import msgspec

from fieldops.model.answertypes import LANGUAGES
from fieldops.model.checklist import Checklist
from fieldops.rules.difftexts import TYPE_WORDS, Words
from fieldops.rules.schematexts import MEMBERS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = "checklist.schema.json"
"""The file in the folder of checklists; a checklist names it in a comment: ``#:schema ../…``."""

_FIGURE = {"type": ["number", "string"], "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$"}
_TITLES = {
    "type": "object",
    "properties": {language: {"type": "string", "minLength": 1} for language in LANGUAGES},
    "required": [*LANGUAGES],
    "additionalProperties": False,
}
_ANSWER = {
    "anyOf": [
        {"type": ["boolean", "number", "string"]},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
    ]
}
_WANTED: dict[str, tuple[str, ...]] = {
    "Checklist": ("titles", "sections", "examples"),
    "Section": ("titles", "items"),
    "Repeat": ("titles",),
    "Item": ("titles", "measure"),
    "Constraint": ("messages",),
    "Choice": ("titles",),
}
"""What lint wants beyond what a struct cannot do without."""
_TEXTS = frozenset({"titles", "measure", "messages", "summary"})
_TYPES = {kind.__name__: words for kind, words in TYPE_WORDS.items()}


def checklist_schema() -> dict[str, Any]:
    """The schema as a value, members in the order in which people write them."""
    _, parts = msgspec.json.schema_components([Checklist], ref_template="#/$defs/{name}")
    whole = _struct("Checklist", parts.pop("Checklist"))
    head = {"$schema": DIALECT, "title": "fieldops checklist / 检查表"}
    defined = {"Titles": _TITLES, **{name: _struct(name, parts[name]) for name in parts}}
    return {**head, **whole, "$defs": defined}


def schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(checklist_schema(), ensure_ascii=False, indent=2) + "\n"


def _struct(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    members = {member: _member(name, member, one) for member, one in schema["properties"].items()}
    required = dict.fromkeys([*schema.get("required", ()), *_WANTED.get(name, ())])
    said = {"description": _both(_TYPES[name])} if name in _TYPES else {}
    closed = {"properties": members, "required": [*required], "additionalProperties": False}
    return {"type": "object", **said, **closed}


def _member(struct: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One member with what an editor says about it."""
    found = _shape(struct, name, {key: schema[key] for key in schema if key != "default"})
    if name == "type":
        return found
    words = MEMBERS.get(f"{struct}.{name}") or MEMBERS[name]
    said: dict[str, Any] = {"description": _both(words)}
    default = schema.get("default")
    if default not in (None, "", [], (), {}) and "$ref" not in found:
        said["default"] = _default(found, default)
    return {**said, **({"allOf": [found]} if "$ref" in found else found)}


def _both(words: Words) -> str:
    return "\n".join(words)


def _default(schema: dict[str, Any], value: Any) -> Any:
    """A figure's default as a number, which is how people write it."""
    return int(value) if schema == _FIGURE else value


def _shape(struct: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name in _TEXTS:
        return {"$ref": "#/$defs/Titles"}
    if (struct, name) == ("Example", "answers"):
        return {"type": "object", "additionalProperties": _ANSWER}
    if "anyOf" in schema and {"type": "null"} in schema["anyOf"]:
        # TOML has no null: what is not set is not written.
        (schema,) = (each for each in schema["anyOf"] if each != {"type": "null"})
    if schema.get("format") == "decimal":
        return _FIGURE
    schema = {key: schema[key] for key in schema if key != "discriminator"}
    if (struct, name) in {
        ("Checklist", "sections"),
        ("Checklist", "examples"),
        ("Section", "items"),
    }:
        schema["minItems"] = 1
    return schema
