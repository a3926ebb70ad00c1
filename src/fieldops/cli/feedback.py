"""``fieldops feedback``: the public form of a site, its posters, what residents agree to."""

from pathlib import Path
from typing import Any

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import formpage, forms
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, at
from fieldops.store import forms as rows
from fieldops.store.forms import FormRow

_REACHED = Said("用户访问此服务器的网址", "where people reach this server")
_COLUMNS = (
    ("token", "地址", "address"),
    ("site", "项目", "site"),
    ("name", "张贴处", "where"),
    ("made", "创建", "made"),
    ("withdrawn", "停用", "withdrawn"),
)
site_option = click.option("--site", required=True, help=tr("项目", "The site"))


@click.group(help=tr("住户反馈的公开表单。", "The public form on which residents say something."))
def command() -> None:
    """The group's text is its help, above."""


@command.group(help=tr("表单地址：新建、列出、停用。", "Its addresses: new, list, withdraw."))
def link() -> None:
    """The group's text is its help, above."""


@link.command(help=tr("为项目新建一个表单地址。", "Make an address of a site's form."))
@site_option
@click.option("--name", default="", help=tr("张贴处，如 3 号楼大堂", "Where it hangs"))
@click.option(
    "--rotate", is_flag=True, help=tr("同时停用其他地址", "End all others of the site as well")
)
@json_option
@pass_shell
def new(shell: Shell, site: str, name: str, rotate: bool) -> None:
    def job(session: Session) -> FormRow:
        make = forms.rotate if rotate else forms.add
        return make(session, names.sites(session, [site])[0], name, SYSTEM, shell.now_ms())

    made = shell.write(job)
    where = forms.address(shell.settings.public_url, made.token)
    shell.show(_row(made), f"已建：{where}", f"Made: {where}")


@link.command("list", help=tr("列出表单地址。", "List the addresses."))
@click.option("--site", default=None, help=tr("仅此项目", "One site only"))
@json_option
@pass_shell
def list_(shell: Shell, site: str | None) -> None:
    def query(session: Session) -> list[FormRow]:
        every = [one.id for one in names.all_sites(session)]
        wanted = every if site is None else names.sites(session, [site])
        return rows.of_sites(session, wanted)

    shell.table([_row(one) for one in shell.read(query)], _COLUMNS)


@link.command(help=tr("停用一个表单地址。", "End an address: its posters open nothing any more."))
@click.argument("token")
@json_option
@pass_shell
def withdraw(shell: Shell, token: str) -> None:
    done = shell.write(lambda s: forms.withdraw(s, token, SYSTEM, shell.now_ms()))
    shell.show(_row(done), "已停用", "It is withdrawn")


@command.command(help=tr("打印二维码海报。", "A poster with the QR code of a site's form."))
@site_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=tr("poster.html（A4）或 code.svg", "poster.html (A4) or code.svg"),
)
@click.option("--token", default=None, help=tr("用此地址", "This address, not the newest"))
@json_option
@pass_shell
def poster(shell: Shell, site: str, out: Path, token: str | None) -> None:
    def query(session: Session) -> tuple[str, str]:
        known = rows.of_sites(session, names.sites(session, [site]))
        live = [one.token for one in known if one.withdrawn_ms is None]
        chosen = token if token in live else live[-1] if live and token is None else None
        if chosen is None:
            raise ProblemError(operation("unknown-name", token or "fieldops feedback link new"))
        return chosen, forms.opened(session, chosen).site_name

    if not shell.settings.public_url:
        raise ProblemError(operation("settings", at("public_url", _REACHED)))
    chosen, name = shell.read(query)
    where = forms.address(shell.settings.public_url, chosen)
    made = formpage.code(where) if out.suffix == ".svg" else formpage.poster(name, where)
    out.write_text(made, encoding="utf-8")
    shell.show({"out": str(out), "address": where}, f"已写入 {out}", f"Written to {out}")


@command.command(
    help=tr("设置同意书（两种语言的文本文件）。", "Set what residents agree to, from two files.")
)
@site_option
@click.option("--zh", type=click.File(encoding="utf-8"), required=True, help=tr("中文", "Chinese"))
@click.option("--en", type=click.File(encoding="utf-8"), required=True, help=tr("英文", "English"))
@json_option
@pass_shell
def consent(shell: Shell, site: str, zh: Any, en: Any) -> None:
    texts: Any = {"zh-CN": zh.read().strip(), "en": en.read().strip()}

    def job(session: Session) -> str:
        found = names.sites(session, [site])[0]
        return forms.set_consent(session, found, texts, SYSTEM, shell.now_ms())

    sha256 = shell.write(job)
    shell.show({"sha256": sha256}, f"已生效：{sha256[:12]}", f"In force: {sha256[:12]}")


def _row(row: FormRow) -> dict[str, Any]:
    return {
        "token": row.token,
        "site": row.site,
        "name": row.name,
        "made": rfc3339(row.made_ms),
        "withdrawn": None if row.withdrawn_ms is None else rfc3339(row.withdrawn_ms),
    }
