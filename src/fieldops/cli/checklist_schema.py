"""``fieldops checklist schema``: the JSON Schema of the format, for editors."""

import rich_click as click

from fieldops.cli.language import tr
from fieldops.rules.checklistschema import schema_text


@click.command(
    "schema",
    help=tr(
        "输出检查表格式的 JSON Schema，供编辑器补全和校验。",
        "Print the JSON Schema of the format, by which editors complete and check.",
    ),
)
def command() -> None:
    click.echo(schema_text(), nl=False)
