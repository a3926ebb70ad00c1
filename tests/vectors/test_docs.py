"""The texts, the schemas and the code say the same."""

import re
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from referencing import Registry, Resource
from tests.vectors import problem_table
from tests.vectors.load import FOLDER as VECTORS

from fieldops_sync import mediawire, schemas, wire
from fieldops_sync.optypes import OP_TYPES

TEXTS = [schemas.FOLDER / "PROTOCOL.md", schemas.FOLDER / "HTTP.md"]
EXAMPLES = [
    (name, text)
    for path in TEXTS
    for name, text in re.findall(
        r"```json ([a-z-]+)\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL
    )
]
PARSED = {path: msgspec.json.decode(text) for path, text in schemas.schemas().items()}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(path, Resource.from_contents(schema)) for path, schema in PARSED.items()]
)


def struct_of(name: str) -> Any:
    home = mediawire if name.startswith("media-") else wire
    return getattr(home, "".join(word.capitalize() for word in name.split("-")))


def validate(value: Any, path: str) -> None:
    jsonschema.Draft202012Validator(PARSED[path], registry=REGISTRY).validate(value)


def test_generated_files_are_fresh():
    assert schemas.stale() == []
    assert schemas.main(["--check"]) == 0
    assert problem_table.main(["--check"]) == 0


def test_a_stale_file_is_noticed_and_written_again(tmp_path, capsys, monkeypatch):
    (tmp_path / "PROTOCOL.md").write_text("## Op types\n" + schemas._BEGIN + schemas._END)
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "forgotten.json").write_text("{}")
    monkeypatch.setattr(schemas, "FOLDER", tmp_path)
    assert len(schemas.stale(tmp_path)) == len(PARSED) + 2
    schemas.write(tmp_path)
    assert schemas.stale(tmp_path) == []
    (tmp_path / "schemas" / "op.json").write_text("{}")
    assert schemas.stale(tmp_path) == [tmp_path / "schemas" / "op.json"]
    with pytest.raises(ValueError, match="markers"):
        schemas.put_between("no table here", "<begin>", "<end>", "")


@pytest.mark.parametrize("path", PARSED)
def test_every_schema_is_one_of_2020_12(path: str):
    jsonschema.Draft202012Validator.check_schema(PARSED[path])
    assert PARSED[path]["$schema"] == schemas.DIALECT


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_example_is_of_its_schema_and_its_type(name: str, text: str):
    validate(msgspec.json.decode(text), f"{name}.json")
    decoded = msgspec.json.decode(text, type=struct_of(name))
    if isinstance(decoded, wire.Op):
        payload = msgspec.json.decode(decoded.payload)
        validate(payload, f"payloads/{decoded.type}.json")
        msgspec.json.decode(decoded.payload, type=OP_TYPES[decoded.type].payload)


def test_every_request_and_answer_has_an_example():
    shown = {name for name, _ in EXAMPLES}
    asked = {
        path.removesuffix(".json")
        for path in PARSED
        if path.endswith(("request.json", "answer.json")) or path.startswith("media-")
    }
    assert asked | {"hello", "op", "receipt"} <= shown


def test_a_schema_refuses_what_the_type_refuses():
    with pytest.raises(jsonschema.ValidationError):
        validate({"reason": "x", "colour": "red"}, "payloads/record.void@1.json")
    with pytest.raises(jsonschema.ValidationError):
        validate({"position": -1, "change": "x"}, "seen.json")


def test_the_protocol_names_every_status_reason_limit_and_op_type():
    text = TEXTS[0].read_text(encoding="utf-8")
    words = [
        *get_args(wire.Status),
        *get_args(wire.Reason),
        *msgspec.structs.asdict(wire.Limits()),
        *OP_TYPES,
    ]
    assert [word for word in words if f"`{word}`" not in text] == []


def test_the_readme_of_the_vectors_names_every_file():
    assert (VECTORS / "README.md").is_file()
    assert {path.stem for path in VECTORS.glob("*.json")} == {
        "canonical",
        "complaints",
        "devices",
        "findings",
        "held",
        "limits",
        "media",
        "pull",
        "quarantine",
        "receipts",
    }
