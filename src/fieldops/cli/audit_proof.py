"""``fieldops audit verify``, ``export`` and ``key``: the proof that the audit is what it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import auditfile, auditing, auditkey, auditverify
from fieldops.flow.auditverify import Verified
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.rules import auditwords
from fieldops.rules.auditcheck import Anchor, Fault
from fieldops.rules.checkpoints import Keys, fingerprint
from fieldops.store import audit

if TYPE_CHECKING:
    from fieldops.flow.auditverify import Watch

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(
    help=tr(
        "逐行验证审计链、签名与标记；发现篡改时指出第一处及其种类，退出码为 1。",
        "Check every line's mark, link and signature.  Says the first line that was tampered with,"
        " and how; exit code 1 then.",
    )
)
@click.option(
    "--against",
    multiple=True,
    type=_FILE,
    help=tr(
        "与别处保存的检查点比对：导出清单、检查点或审计导出文件",
        "A checkpoint that was kept elsewhere: an export's manifest, an audit export; repeatable",
    ),
)
@click.option(
    "--file", "exported", type=_FILE, help=tr("验证导出的文件", "An exported audit, no database")
)
@click.option(
    "--trust",
    multiple=True,
    help=tr(
        "只信任这些公钥（十六进制），不用本机的",
        "Trust this public key and not those of this place; hexadecimal, repeatable",
    ),
)
@click.option(
    "--no-marks",
    is_flag=True,
    help=tr("不检查标记（密钥已丢失）", "Leave out the marks: their key is lost"),
)
@json_option
@pass_shell
def verify(
    shell: Shell,
    against: tuple[Path, ...],
    exported: Path | None,
    trust: tuple[str, ...],
    no_marks: bool,
) -> None:
    keys = auditkey.read(shell.settings)
    if keys is None and not trust:
        raise ProblemError(operation("audit-key", str(shell.settings.data_dir / auditkey.FILE)))
    trusted = frozenset(trust or (keys.public if keys else ()))
    keys = None if no_marks else keys
    # What was remembered comes before the snapshot, or a running server would be ahead of it.
    anchors = [] if exported else auditing.witnesses(shell.settings.data_dir)
    for path in against:
        anchors += auditverify.read_copies(path, trusted)
    _report(shell, _verified(shell, exported, keys, anchors, trusted))


def _verified(
    shell: Shell,
    exported: Path | None,
    keys: Keys | None,
    anchors: list[Anchor],
    trusted: frozenset[str],
) -> Verified:
    with _watching(shell, "验证", "verifying") as watch:
        if exported is not None:
            return auditverify.verify_file(exported, keys, anchors, trusted, watch)
        return shell.read(
            lambda session: auditverify.verify(session, keys, anchors, trusted, watch)
        )


@contextmanager
def _watching(shell: Shell, zh: str, en: str) -> "Iterator[Watch]":
    with shell.progress() as progress:
        bar = progress.add_task(shell.text(zh, en))
        yield lambda done, total: progress.update(bar, completed=done, total=total)


def _report(shell: Shell, found: Verified) -> None:
    if not found.ok:
        lines = [_told(shell, one) for one in found.faults]
        if found.first is not None:
            first = shell.text("第一处：", "first: ") + _told(shell, found.first)
            lines = [first, *(line for line in lines if line != _told(shell, found.first))]
        raise ProblemError(operation("audit-tampered", "\n".join(lines), verified=found))
    shell.show(
        found,
        f"审计完好：{found.lines} 行，检查点 {found.checkpoints} 个，链尾 {found.last}"
        f" {found.hash[:16]}",
        f"The audit is whole: {found.lines} lines, {found.checkpoints} checkpoints, the chain ends"
        f" at {found.last} {found.hash[:16]}",
    )
    if found.unchained or found.unsigned:
        shell.note(
            f"其中 {found.unchained} 行尚未入链，{found.unsigned} 行在最后一个检查点之后",
            f"{found.unchained} lines are not chained yet, {found.unsigned} came after the last"
            " checkpoint",
        )
    if not found.marks:
        shell.note("未检查标记：没有密钥", "Marks were not checked: the key was not used")
    for one in found.superseded:
        shell.note(
            f"{one.source}：第 {one.last} 行之后曾恢复备份（有签名）",
            f"{one.source}: a backup was restored since line {one.last}; that is signed",
        )


def _told(shell: Shell, fault: Fault) -> str:
    found = auditwords.told(fault)
    return shell.text(found.zh, found)


@click.command(
    help=tr(
        "把整条审计链导出为可独立验证的 JSON Lines 文件（导出本身也记入审计）。",
        "Write the whole chain as JSON Lines that prove themselves (`audit verify --file`).  That"
        " it was exported stands in the audit.",
    )
)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_shell
def export(shell: Shell, path: Path) -> None:
    with shell.store() as store:
        with _watching(shell, "导出", "writing") as watch, store.read() as session:
            done = auditfile.write(session, path, watch)
        detail = {"lines": done.lines, "last": done.last}
        entry = audit.Entry("audit.export", shell.now_ms(), detail=detail)
        store.write(lambda session: audit.add(session, entry)).result()
    shell.show(
        done,
        f"已导出 {done.lines} 行、{done.checkpoints} 个检查点：{path}",
        f"Wrote {done.lines} lines and {done.checkpoints} checkpoints to {path}",
    )


@click.command(
    help=tr(
        "显示审计公钥及密钥所在；--new 换一把新钥（旧钥保留，以便证明旧记录）。",
        "Show the public key, and where the secret one lies.  --new draws another; the former ones"
        " stay, since they prove what they marked.",
    )
)
@click.option("--new", is_flag=True, help=tr("换新密钥", "Draw another key"))
@json_option
@pass_shell
def key(shell: Shell, new: bool) -> None:
    if new:
        with shell.store() as store:
            keys: Keys | None = auditkey.renew(shell.settings, store, shell.now_ms())
    else:
        keys = auditkey.read(shell.settings)
    place = auditkey.place(shell.settings)
    if keys is None:
        raise ProblemError(operation("audit-key", place))
    print_ = fingerprint(keys.public[0])
    shell.show(
        {
            "public": keys.public[0],
            "fingerprint": print_,
            "former": list(keys.public[1:]),
            "place": place,
        },
        f"公钥 {keys.public[0]}\n指纹 {print_}\n密钥位于 {place}；请另存一份，不要与备份放在一起",
        f"Public key {keys.public[0]}\nFingerprint {print_}\n"
        f"The secret one is in {place}; keep a copy, not beside the"
        " backups",
    )
    if new:
        shell.note("请重启服务", "Restart the server: it still marks by the former key")
