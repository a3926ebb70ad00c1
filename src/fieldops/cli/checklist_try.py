"""``fieldops checklist try``: play answers, and see what shows, scores and is found."""

import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import rich_click as click
from msgspec.structs import asdict, replace

from fieldops.cli import paper
from fieldops.cli.checklist_ask import ask
from fieldops.cli.checklist_files import faulty
from fieldops.cli.checklist_names import checklist_of
from fieldops.cli.checklist_outcome import Found, outcome
from fieldops.cli.checklist_page import Spoken
from fieldops.cli.checklist_show import spoken_option
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.checklist import Checklist, Example
from fieldops.model.plugin import PluginFault
from fieldops.rules.answerfiles import read_answers, with_answers
from fieldops.rules.trial import Trial, play


@click.command(
    "try",
    help=tr(
        "试填：显示哪些检查项、得分和问题。不给答案时在终端逐项提问。",
        "Play answers: which items show, the score, the findings. Without answers it asks them"
        " one by one in the terminal.",
    ),
)
@click.argument("name")
@click.option(
    "--answers",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("答案文件（TOML 或 JSON，写法同实例）", "A file of answers, TOML or JSON"),
)
@click.option("--example", "number", type=int, help=tr("从第几个实例开始", "Go on from an example"))
@click.option(
    "--set",
    "said",
    multiple=True,
    metavar="ITEM=VALUE",
    help=tr(
        "改一个答案；na 为不适用，空为不答", "Change an answer; na, or nothing to leave it open"
    ),
)
@click.option(
    "--rest", is_flag=True, help=tr("其余合格/不合格项都合格", "Pass all other pass/fail items")
)
@click.option("--ask", "is_asked", is_flag=True, help=tr("逐项提问", "Ask item by item"))
@click.option(
    "--plugin", default="", help=tr("插件，默认为领域的插件", "A plugin, by default the domain's")
)
@spoken_option
@json_option
@pass_shell
def command(
    shell: Shell,
    name: str,
    file: Path | None,
    number: int | None,
    said: tuple[str, ...],
    rest: bool,
    is_asked: bool,
    plugin: str,
    spoken: Spoken | None,
) -> None:
    checklist = checklist_of(shell, name)
    example = _start(shell, checklist, file, number)
    given = bool(file or said or rest or number is not None)
    if is_asked or (not given and not shell.as_json and sys.stdin.isatty()):
        example = ask(shell, checklist, example)
    elif not given:
        raise click.UsageError(
            shell.text(
                "请给出 --answers、--example、--set 或 --ask",
                "Say --answers, --example, --set or --ask",
            )
        )
    example = with_answers(example, map(_pair, said))
    example = replace(example, rest="pass") if rest else example
    trial = play(checklist, example)
    found = _found(shell, checklist, trial, plugin or checklist.domain)
    if shell.as_json:
        shell.show_json(_value(trial, found))
    else:
        paper.put(
            (row.indent, row.style, text)
            for row in outcome(checklist, trial, found)
            for text in row.said(spoken or shell.language)
        )


def _start(shell: Shell, checklist: Checklist, file: Path | None, number: int | None) -> Example:
    """The answers to begin with: those of a file, of an example, or none."""
    day = date.fromtimestamp(shell.now_ms() / 1000).isoformat()
    if file is not None:
        read = read_answers(file.read_text(encoding="utf-8-sig"), str(file), day)
        if isinstance(read, list):
            raise faulty(shell, read)
        return read
    if number is None:
        return Example(date=day)
    if not 0 <= number < len(checklist.examples):
        last = len(checklist.examples) - 1
        raise click.UsageError(
            shell.text(f"实例编号为 0 至 {last}", f"Examples count from 0 to {last}")
        )
    return checklist.examples[number]


def _pair(said: str) -> tuple[str, str]:
    item, sign, value = said.partition("=")
    if not sign:
        raise click.UsageError(f"--set {said}: ITEM=VALUE")
    return item.strip(), value.strip()


def _found(shell: Shell, checklist: Checklist, trial: Trial, plugin: str) -> list[Found]:
    """What the defaults find, and the domain's plugin in a process of its own."""
    from fieldops import builtin
    from fieldops.flow.judge import Verdict
    from fieldops.flow.trial import found_by
    from fieldops.plugin import entry
    from fieldops.plugin.isolate import Isolated
    from fieldops.plugin.probe import probe

    first = found_by(builtin.load(), checklist, trial.sheet)
    assert isinstance(first, Verdict), first
    found = [Found(builtin.NAME, builtin.VERSION, first)]
    if plugin not in entry.chosen(shell.settings.plugins):
        missing = PluginFault(plugin=plugin, code="not-installed")
        return [*found, Found(plugin, "", missing)]
    own = shell.settings.plugin_settings.get(plugin, {})
    probed = probe(plugin, own)
    if probed.card is None:
        return [*found, Found(plugin, "", probed.faults[0])]
    with closing(Isolated(probed.card, own)) as caller:
        verdict = found_by(caller, checklist, trial.sheet)
    return [*found, Found(plugin, probed.card.version, verdict)]


def _value(trial: Trial, found: list[Found]) -> dict[str, Any]:
    return {
        "date": trial.sheet.date,
        "lines": trial.reading.lines,
        "violations": trial.reading.violations,
        "hidden": trial.hidden,
        "unused": trial.unused,
        "score": trial.score,
        "findings": [
            {"plugin": one.plugin, **asdict(draft)} for one in found for draft in one.drafts
        ],
        "plugins": [
            {"name": one.plugin, "version": one.version, "fault": one.fault, "score": one.score}
            for one in found
        ],
    }
