"""``fieldops media notes``: what stands out about photos, on the command line."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.record import State
from fieldops.rules.evidencetexts import TEXTS
from fieldops.store import records

_COLUMNS = (
    ("risk", "风险", "risk"),
    ("code", "疑点", "code"),
    ("item", "检查项", "item"),
    ("evidence", "依据", "evidence"),
    ("photo", "照片", "photo"),
    ("inspection", "巡检", "inspection"),
)


@click.command(
    "notes",
    help=tr(
        "照片的疑点，风险高的在前。",
        "What stands out about photos, those with the most risk first.",
    ),
)
@click.option("--site", "site_names", multiple=True, help=tr("项目，可多次", "A site; repeatable"))
@click.option(
    "--code",
    "codes",
    multiple=True,
    type=click.Choice(list(TEXTS)),
    help=tr("疑点代码，可多次", "A note's code; repeatable"),
)
@json_option
@pass_shell
def command(shell: Shell, site_names: tuple[str, ...], codes: tuple[str, ...]) -> None:
    wanted = frozenset(codes) or frozenset(TEXTS)

    def query(session: Session) -> list[dict[str, Any]]:
        chosen = names.sites(session, site_names) if site_names else records.site_ids(session)
        found: list[dict[str, Any]] = []
        with shell.progress() as progress:
            bar = progress.add_task(shell.text("读取照片", "reading photos"), total=len(chosen))
            for site in chosen:
                for photo in records.of_kind(session, [site], "photo"):
                    found += _rows(photo, wanted)
                progress.advance(bar)
        return sorted(found, key=lambda one: (-one["risk"], str(one["photo"]), one["code"]))

    rows = shell.read(query)
    if shell.as_json:
        shell.show_json(rows)
        return
    shell.table([one | {"evidence": _shown(one["evidence"])} for one in rows], _COLUMNS)
    for code, count in sorted(Counter(one["code"] for one in rows).items()):
        shell.note(f"{count:>6}  {code}  {TEXTS[code][0]}", f"{count:>6}  {code}  {TEXTS[code][1]}")


def _rows(photo: State, wanted: frozenset[str]) -> Iterator[dict[str, Any]]:
    for note in photo.body.get("notes") or ():
        if photo.state != "voided" and note["code"] in wanted:
            yield {
                "risk": photo.body.get("risk", 0),
                "code": note["code"],
                "titles": note["titles"],
                "weight": note.get("weight", 0),
                "evidence": note.get("evidence", {}),
                "item": photo.body.get("item", ""),
                "photo": photo.id,
                "sha256": photo.body["sha256"],
                "inspection": photo.parent,
                "site": photo.feed,
            }


def _shown(evidence: dict[str, str]) -> str:
    return " ".join(f"{name}={text}" for name, text in evidence.items())
