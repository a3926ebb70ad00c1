"""The script and the style of the sign-in page (``/signin.js``, ``/signin.css``)."""

STYLE = """
:root{color-scheme:light dark;--ink:light-dark(#1c2733,#e8edf2);--line:light-dark(#768492,#8695a4);
--main:light-dark(#fff,#1b222a);--accent:light-dark(#0b5cad,#7ab8f5);--on:light-dark(#fff,#0c1722)}
:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}
body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:0;
background:light-dark(#f3f5f7,#12171d);color:var(--ink)}
main{max-width:22rem;margin:10vh auto;padding:2rem;background:var(--main);border-radius:.5rem}
h1{font-size:1.25rem;margin:0 0 1rem}label{display:block;margin:.75rem 0}a{color:var(--accent)}
input{box-sizing:border-box;width:100%;margin-top:.35rem;font:inherit;padding:.5rem;
border:1px solid var(--line);border-radius:.25rem;background:var(--main);color:inherit}
button,.way{display:block;box-sizing:border-box;width:100%;margin:1rem 0 0;padding:.6rem;
font:inherit;text-align:center;border:1px solid var(--accent);border-radius:.25rem;
background:var(--accent);color:var(--on);text-decoration:none;cursor:pointer}
.way{background:var(--main);color:var(--accent)}
[role=alert]{color:light-dark(#a4161a,#ff9a94);white-space:pre-line}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
[hidden]{display:none}footer{margin-top:1.5rem;font-size:.875rem}
"""

SCRIPT = """
const page = document.documentElement, at = (id) => document.getElementById(id);
const say = (text) => { at("trouble").textContent = text; };
const parts = ["enter", "change", "inside"];
const first = { enter: "login", change: "old" };
// The console's pages keep and read the same two choices (ui/src/core).
page.dataset.theme = localStorage.getItem("fieldops-theme") || "auto";
const chosen = new URLSearchParams(location.search).get("lang");
if (chosen) localStorage.setItem("fieldops-language", chosen);

function show(id) {
  for (const one of parts) at(one).hidden = one !== id;
  if (first[id]) at(first[id]).focus();
}

async function ask(method, path, body) {
  const told = { method, headers: { "X-Fieldops": "1", "Accept-Language": page.lang } };
  if (body) told.body = JSON.stringify(body);
  const answer = await fetch(path, told).catch(() => null);
  if (answer === null) return [false, { titles: { [page.lang]: page.dataset.offline } }];
  return [answer.ok, await answer.json()];
}

function tell(problem) {
  const missing = ((problem.extra || {}).missing || []).map((one) => one[page.lang]);
  say([(problem.titles || {})[page.lang] || problem.title, ...missing].join("\\n"));
}

function enter(found) {
  say("");
  if (found.password.due) { say(found.notice[page.lang]); show("change"); return; }
  location.assign(page.dataset.to || "/");
}

async function look() {
  const [ok, found] = await ask("GET", "/api/v1/session");
  if (!ok) { show("enter"); return; }
  at("who").textContent = found.person.name;
  if (found.password.due || page.dataset.to) { enter(found); return; }
  if (found.notice) say(found.notice[page.lang]);
  show("inside");
}

function on(id, path, members, then) {
  at(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(members.map((name) => [name, at(name).value]));
    const [ok, found] = await ask("POST", path, body);
    for (const name of members) if (at(name).type === "password") at(name).value = "";
    if (ok) then(found); else tell(found);
  });
}

on("enter", "/api/v1/session", ["login", "password"], enter);
on("change", "/api/v1/session/password", ["old", "new"], enter);
at("out").addEventListener("click", async () => {
  const [ok, found] = await ask("DELETE", "/api/v1/session");
  if (ok && found.sign_out_at) location.assign(found.sign_out_at); else location.assign("/signin");
});
if (page.dataset.ask) look(); else show("enter");
"""
