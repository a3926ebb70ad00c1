"""WEBHOOKS.md: its example is what the server sends."""

import re
from pathlib import Path

import msgspec

from fieldops_sync import schemas
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.webhooks import Webhook

TEXT = (Path(schemas.FOLDER) / "WEBHOOKS.md").read_text(encoding="utf-8")


def test_the_example_is_a_webhook_and_nothing_else():
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    read = msgspec.json.decode(example, type=Webhook)
    assert msgspec.to_builtins(read) == msgspec.json.decode(example)
    assert read.data.op_type in OP_TYPES
    assert read.data.op_type.partition("@")[0] == read.type == read.data.type


def test_the_schemas_that_it_names_are_there():
    named = re.findall(r"\((schemas/[\w-]+\.json)\)", TEXT)
    assert named
    assert [name for name in named if not (Path(schemas.FOLDER) / name).exists()] == []
