"""The page on which people sign in, in both languages; everything else comes with the console.

It loads its own script and style and nothing else, and asks the routes of ``session``.  There is no
inline script or style, and no text becomes markup (Trusted Types, Content Security Policy Level 3).
"""

from html import escape
from urllib.parse import urlencode

from litestar import Response

from fieldops.model.problem import CATALOGUE, slug_of
from fieldops_sync.wire import Problem

HERE = "/signin"
_TEXTS = {
    "zh-CN": {
        "title": "登录",
        "login": "登录名",
        "password": "密码",
        "enter": "登录",
        "old": "当前密码",
        "new": "新密码",
        "change": "更改密码",
        "inside": "您已登录：",
        "on": "进入控制台",
        "out": "退出登录",
        "sso": "使用 {label} 登录",
        "office": "总部账号",
        "other": "English",
        "offline": "无法连接服务器；请检查网络后重试",
        "script": "此页面需要启用 JavaScript。",
    },
    "en": {
        "title": "Sign in",
        "login": "Login",
        "password": "Password",
        "enter": "Sign in",
        "old": "Your password",
        "new": "New password",
        "change": "Change password",
        "inside": "You are signed in:",
        "on": "Go to the console",
        "out": "Sign out",
        "sso": "Sign in with {label}",
        "office": "head office",
        "other": "中文",
        "offline": "The server cannot be reached; check the network and try again",
        "script": "This page needs JavaScript.",
    },
}


_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""No address of it goes anywhere: that of a callback holds a code."""


def page(
    language: str, to: str, sso: str | None, trouble: Problem | None = None, asks: bool = True
) -> Response[bytes]:
    """The page; ``sso`` is what head office is called (empty: just that), None where there is none.

    ``trouble`` is what came of a single sign-on.  A page that ``asks`` looks first whether somebody
    is signed in already.
    """
    status = 200 if trouble is None else CATALOGUE[slug_of(trouble)].status
    return answer(language, _html(language, to, sso, trouble, asks), status)


def answer(language: str, html: str, status: int = 200) -> Response[bytes]:
    """A page that loads what is ours and nothing else."""
    headers = {**_HEADERS, "Content-Language": language}
    mime = "text/html"
    return Response(html.encode(), status_code=status, media_type=mime, headers=headers)


def _html(language: str, to: str, sso: str | None, trouble: Problem | None, asks: bool) -> str:
    text = _TEXTS[language]
    told = "" if trouble is None else escape(trouble.titles[language])
    ask = "1" if asks else ""
    return f"""<!doctype html>
<html lang="{language}" data-ask="{ask}" data-to="{escape(to)}"
 data-offline="{escape(text["offline"])}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{text["title"]} · fieldops</title><link rel="stylesheet" href="/signin.css">
<script type="module" src="/signin.js"></script></head>
<body><main><h1>fieldops · {text["title"]}</h1>
<p id="trouble" role="alert">{told}</p><noscript>{text["script"]}</noscript>
<form id="enter" method="post" hidden>
{field("login", text, "text", "username")}
{field("password", text, "password", "current-password")}
<button>{text["enter"]}</button>{_sso_link(text, to, sso)}</form>
<form id="change" method="post" hidden>
{field("old", text, "password", "current-password")}
{field("new", text, "password", "new-password")}
<button>{text["change"]}</button></form>
<section id="inside" hidden><p>{text["inside"]} <strong id="who"></strong></p>
<a class="way" href="/">{text["on"]}</a>
<button id="out" type="button">{text["out"]}</button></section>
<footer>{_other_link(language, to, text["other"])}</footer></main></body></html>
"""


def _other_link(language: str, to: str, label: str) -> str:
    other = "zh-CN" if language == "en" else "en"
    address = urlencode({"lang": other, "to": to} if to else {"lang": other})
    return f'<a href="?{escape(address)}" lang="{other}">{label}</a>'


def field(name: str, text: dict[str, str], kind: str, known_as: str) -> str:
    """A labelled box of a form."""
    box = f'<input id="{name}" type="{kind}" autocomplete="{known_as}" required>'
    return f"<label>{text[name]}{box}</label>"


def _sso_link(text: dict[str, str], to: str, sso: str | None) -> str:
    if sso is None:
        return ""
    label = escape(text["sso"].format(label=sso or text["office"]))
    return f'<a class="way" href="/oidc/start?{urlencode({"to": to})}">{label}</a>'
