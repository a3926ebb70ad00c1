"""``fieldops user mail``: where a person gets letters, and in which language."""

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow.mailboxes import set_mailbox
from fieldops.flow.setup import SYSTEM


@click.command(
    "mail",
    help=tr(
        "设置某人的收信地址和语言；地址为空则不再发信。",
        "Where a person gets letters; an empty address means nowhere.",
    ),
)
@click.argument("login")
@click.argument("address")
@click.option(
    "--language",
    type=click.Choice(["zh-CN", "en"]),
    default="zh-CN",
    help=tr("信件语言", "The language of the letters"),
)
@json_option
@pass_shell
def command(shell: Shell, login: str, address: str, language: str) -> None:
    def job(session: Session) -> None:
        user = names.user(session, login)
        set_mailbox(session, user, address, language, SYSTEM, shell.now_ms())

    shell.write(job)
    shell.show(
        {"login": login, "address": address, "language": language},
        f"{login} 的信将发往 {address}" if address else f"不再给 {login} 发信",
        f"{login} gets letters at {address}" if address else f"{login} gets no letters",
    )
