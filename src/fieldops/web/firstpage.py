"""The page on which the first administrator of a new server chooses a login and a password.

The code is the fragment of its address, which browsers send nowhere: it is in no log.
"""

from litestar import Response

from fieldops.web.signinpage import answer, field

_TEXTS = {
    "zh-CN": {
        "title": "创建第一位管理员",
        "name": "姓名",
        "login": "登录名",
        "password": "密码",
        "make": "创建并登录",
        "other": '<a id="other" href="?lang=en" lang="en">English</a>',
        "offline": "无法连接服务器；请检查网络后重试",
        "script": "此页面需要启用 JavaScript。",
    },
    "en": {
        "title": "Make the first administrator",
        "name": "Name",
        "login": "Login",
        "password": "Password",
        "make": "Make and sign in",
        "other": '<a id="other" href="?lang=zh-CN" lang="zh-CN">中文</a>',
        "offline": "The server cannot be reached; check the network and try again",
        "script": "This page needs JavaScript.",
    },
}

SCRIPT = """
const page = document.documentElement, at = (id) => document.getElementById(id);
const say = (text) => { at("trouble").textContent = text; };
at("other").hash = location.hash;
page.dataset.theme = localStorage.getItem("fieldops-theme") || "auto";

async function ask(path, body) {
  const headers = { "X-Fieldops": "1", "Accept-Language": page.lang };
  const told = { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(path, told).catch(() => null);
  if (answer === null) { say(page.dataset.offline); return false; }
  if (!answer.ok) tell(await answer.json());
  return answer.ok;
}

function tell(problem) {
  const missing = ((problem.extra || {}).missing || []).map((one) => one[page.lang]);
  const about = missing.length || !problem.detail ? missing : [problem.detail];
  say([(problem.titles || {})[page.lang] || problem.title, ...about].join("\\n"));
}

at("make").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [name, login, password] = ["name", "login", "password"].map((one) => at(one).value);
  const code = new URLSearchParams(location.hash.slice(1)).get("code") || "";
  const made = await ask("/api/v1/first", { code, name, login, password });
  if (!made || !await ask("/api/v1/session", { login, password })) return;
  location.replace("/");
});
"""


def page(language: str) -> Response[bytes]:
    """The page in a language."""
    text = _TEXTS[language]
    return answer(
        language,
        f"""<!doctype html>
<html lang="{language}" data-offline="{text["offline"]}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{text["title"]} · fieldops</title><link rel="stylesheet" href="/signin.css">
<script type="module" src="/first.js"></script></head>
<body><main><h1>fieldops · {text["title"]}</h1>
<p id="trouble" role="alert"></p><noscript>{text["script"]}</noscript>
<form id="make" method="post">
{field("name", text, "text", "name")}
{field("login", text, "text", "username")}
{field("password", text, "password", "new-password")}
<button>{text["make"]}</button></form>
<footer>{text["other"]}</footer></main></body></html>
""",
    )
