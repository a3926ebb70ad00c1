"""The link for the first administrator, as a server shows it where nobody can sign in yet."""

import rich_click as click

from fieldops.cli.shell import Shell


def show_first_link(shell: Shell, url: str) -> None:
    """Say the link, on standard output; nothing where somebody can sign in.  ``url`` is ours."""
    from fieldops.flow import first

    with shell.store() as store:
        now_ms = shell.now_ms()
        code = store.write(lambda session: first.make(session, now_ms)).result()
    if code is None:
        return
    click.echo(
        shell.text(
            "还没有人能登录。请在 24 小时内打开此链接创建第一位管理员（仅可使用一次）：",
            "Nobody can sign in yet.  Make the first administrator by this link, once, in 24 h:",
        )
    )
    click.echo(f"  {url}/first#code={code}")
