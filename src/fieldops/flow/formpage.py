"""The pages of a public form: plain HTML that works without scripts, read well on a phone.

Whatever people have typed is escaped in one place, ``_text``.  The style is in the page and named
by its hash in the policy (Content Security Policy Level 3); nothing is loaded from anywhere.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal

import segno
from msgspec import Struct

from fieldops.flow.forms import Form
from fieldops.flow.formtexts import TEXTS
from fieldops.model.answertypes import LANGUAGES
from fieldops.rules.satisfaction import DIMENSIONS

Language = Literal["zh-CN", "en"]
NATURES = ("complaint", "suggestion", "praise", "rating")
TEXT_MAX, CONTACT_MAX = 4000, 100
"""Characters that a field may hold."""
STYLE = """
:root{--ink:#1b1f24;--quiet:#5b636d;--line:#cfd5dc;--paper:#fff;--ground:#f3f5f7;--accent:#1d5fa8;
--bad:#b3261e;--field:#fff;--edge:#79818b;--on:#fff;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--quiet:#aab2bb;--line:#3a424c;
--paper:#1c2126;--ground:#121519;--accent:#85b9f3;--bad:#ff8f86;--field:#14181c;--edge:#828b96;
--on:#0d1b2b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.55;font-size:17px;
font-family:system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",
sans-serif}
main{max-width:640px;margin:0 auto;padding:20px 16px 56px}
.top{display:flex;justify-content:space-between;align-items:center;gap:12px;font-size:15px;
color:var(--quiet)}
.top span{overflow-wrap:anywhere}
a{color:var(--accent)}
.top a{flex:none;padding:8px 0}
h1{font-size:27px;line-height:1.25;margin:12px 0 10px;text-wrap:balance}
.lead{margin:0 0 20px;color:var(--quiet)}
form>*,.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;
padding:16px;margin:0 0 14px}
fieldset{min-width:0}
legend,.label{display:block;font-weight:650;padding:0;margin:0 0 8px}
legend{float:left;width:100%}
legend+*{clear:both}
.hint{margin:0 0 10px;color:var(--quiet);font-size:15px}
.choices{display:grid;grid-template-columns:1fr 1fr;gap:0 12px}
.choice{display:flex;align-items:center;gap:10px;min-height:44px}
input[type=radio],input[type=checkbox]{width:22px;height:22px;flex:none;margin:0;
accent-color:var(--accent)}
textarea,input[type=text],input[type=tel],select{width:100%;font:inherit;color:inherit;
background:var(--field);border:1px solid var(--edge);border-radius:8px;padding:10px 12px;
min-height:46px}
textarea{min-height:132px;resize:vertical}
input[type=file]{font:inherit;width:100%;padding:6px 0}
::file-selector-button{font:inherit;color:var(--ink);background:var(--ground);padding:8px 14px;
border:1px solid var(--edge);border-radius:8px;margin-right:10px;cursor:pointer}
.field{margin:0 0 12px}
.field .label{font-weight:500;margin:0 0 4px}
table{width:100%;border-collapse:collapse}
th{font-weight:500;text-align:left;padding:5px 8px 5px 0}
thead th{font-size:14px;color:var(--quiet)}
td{width:84px;padding:5px 0 5px 6px}
summary{font-weight:650;cursor:pointer;min-height:28px}
details>*+*,details>.hint{margin-top:10px}
.agree{align-items:flex-start}
.agree div{font-size:15px}
button{width:100%;border:0;border-radius:10px;background:var(--accent);color:var(--on);font:inherit;
font-weight:650;padding:14px;min-height:52px;cursor:pointer}
form>button{padding:14px;border:0}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.wrong{border:2px solid var(--bad)}
.wrong b{color:var(--bad)}
.wrong ul{margin:4px 0 0;padding:0;list-style:none}
.wrong a{color:var(--bad);display:block;padding:4px 0}
:target{scroll-margin-top:12px}
[aria-invalid=true],fieldset.amiss{border-color:var(--bad)!important}
.number{font-size:34px;font-weight:700;letter-spacing:.06em;margin:4px 0 12px;
font-variant-numeric:tabular-nums}
form>.trap{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden;padding:0;border:0}
"""
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


_PLACES = {
    "wrong-nature": "nature",
    "wrong-text": "text",
    "wrong-ratings": "ratings",
    "wrong-consent": "consent",
    "wrong-photo": "photo",
    "wrong-photos": "photo",
    "photo-again": "photo",
}
"""The part of the page that is to be put right, by what is wrong."""


class Filled(Struct, frozen=True):
    """What a page shows as filled in, and what is wrong with it (keys of ``TEXTS``)."""

    values: Mapping[str, str] = {}
    wrong: Sequence[str] = ()
    had_photo: bool = False

    def marks(self, place: str) -> str:
        """The attribute that tells a field amiss from the others."""
        is_amiss = any(_PLACES.get(one) == place for one in self.wrong)
        return ' aria-invalid="true"' if is_amiss else ""


_EMPTY = Filled()


def form_page(form: Form, slip: str, lang: Language, photo_mb: int, filled: Filled = _EMPTY) -> str:
    """The form itself; ``photo_mb`` 0 takes no photo."""

    def say(key: str) -> str:
        return _say(key, lang, photo_mb)

    value = {name: _text(one) for name, one in filled.values.items()}
    parts = [
        _wrong(filled, lang, photo_mb),
        f'<fieldset id="nature"{" class=amiss" if filled.marks("nature") else ""}>'
        f"<legend>{say('nature')}</legend>"
        f'<div class="choices">{_natures(value, lang)}</div></fieldset>',
        f'<div><label class="label" for="text">{say("text")}</label>'
        f'<p class="hint" id="text-hint">{say("text-hint")}</p>'
        f'<textarea id="text" name="text" maxlength="{TEXT_MAX}" aria-describedby="text-hint"'
        f"{filled.marks('text')}>"
        # A first line break would be the tag's, not the text's (HTML, 13.1.2.5).
        f"{chr(10)}{value.get('text', '')}</textarea></div>",
        _photo(lang, photo_mb, filled.marks("photo")) if photo_mb else "",
        _ratings(value, lang, "wrong-ratings" in filled.wrong),
        f'<fieldset><legend>{say("contact")}</legend><p class="hint">{say("contact-hint")}</p>'
        f"{''.join(_contact(name, value, lang) for name in ('name', 'phone', 'unit'))}</fieldset>",
        f'<div class="trap" aria-hidden="true"><label for="website">{say("trap")}</label>'
        '<input type="text" id="website" name="website" tabindex="-1" autocomplete="off"></div>',
        '<div><label class="choice agree"><input type="checkbox" id="consent" name="consent"'
        f' value="yes"{filled.marks("consent")}'
        f"{' checked' if value.get('consent') else ''}><div><b>{say('consent')}</b> "
        f"{_text(form.consent[lang])}</div></label></div>",
        f'<button type="submit">{say("send")}</button>',
    ]
    body = (
        f'<h1>{say("title")}</h1><p class="lead">{say("lead")}</p>'
        f'<form method="post" action="?lang={lang}" enctype="multipart/form-data">'
        f'<input type="hidden" name="slip" value="{_text(slip)}">{"".join(parts)}</form>'
    )
    return _page(say("title"), form.site_name, lang, body)


def thanks_page(form: Form, shown: str, seal: str, lang: Language) -> str:
    """That it was received, with the number that was given and what seals it."""
    given = f"number={shown}&seal={seal}&"
    body = (
        f'<h1>{_say("thanks", lang)}</h1><div class="card"><div>{_say("reference", lang)}</div>'
        f'<p class="number">{_text(shown)}</p><div>{_say("thanks-lead", lang)}</div></div>'
        f'<p><a href="../{_text(form.token)}?lang={lang}">{_say("another", lang)}</a></p>'
    )
    return _page(_say("thanks", lang), form.site_name, lang, body, given)


def told_page(key: Literal["gone", "often"], lang: Language) -> str:
    """That nothing can be sent here, or not now."""
    body = f'<h1>{_say(key, lang)}</h1><p class="lead">{_say(f"{key}-lead", lang)}</p>'
    return _page(_say(key, lang), "", lang, body)


def poster(site_name: str, address: str) -> str:
    """A poster of A4 with the code, in both languages; it loads nothing."""
    lead, note = (
        "".join(
            f'<p class="{name}" lang="{lang}">{_say(f"poster-{name}", lang)}</p>'
            for lang in LANGUAGES
        )
        for name in ("lead", "note")
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{_text(site_name)}</title><style>@page{{size:A4;margin:18mm}}"
        'body{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;text-align:center;'
        "color:#1b1f24;margin:0;padding:12mm 6mm}h1{font-size:34pt;margin:0 0 8mm;"
        "overflow-wrap:anywhere}svg{width:110mm;height:110mm;margin:6mm 0}p{margin:2mm 0}"
        ".lead{font-size:22pt;font-weight:700}.note{font-size:13pt;color:#444}"
        ".address{font-size:11pt;color:#666;overflow-wrap:anywhere}</style></head><body>"
        f"<h1>{_text(site_name)}</h1>{lead}{code(address)}{note}"
        f'<p class="address">{_text(address)}</p></body></html>\n'
    )


def code(address: str) -> str:
    """The QR code of an address as SVG (ISO/IEC 18004, error correction Q)."""
    return segno.make(address, error="q", micro=False).svg_inline(border=4, omitsize=True)


def _page(title: str, site: str, lang: Language, body: str, query: str = "") -> str:
    """``query`` is what the address needs in the other language as well."""
    other, label = ("en", "English") if lang == "zh-CN" else ("zh-CN", "中文")
    switch = f'<a href="?{_text(query)}lang={other}" lang="{other}" hreflang="{other}">{label}</a>'
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{title}</title><style>{STYLE}</style>'
        f'</head><body><main><div class="top"><span>{_text(site)}</span>{switch}</div>{body}'
        "</main></body></html>\n"
    )


def _wrong(filled: Filled, lang: Language, photo_mb: int) -> str:
    if not filled.wrong:
        return ""
    keys = [*filled.wrong, *(["photo-again"] if filled.had_photo else [])]
    lines = "".join(f"<li>{_led(key, _say(key, lang, photo_mb))}</li>" for key in keys)
    return f'<div class="wrong" role="alert"><b>{_say("wrong", lang)}</b><ul>{lines}</ul></div>'


def _led(key: str, text: str) -> str:
    """A line of what is wrong, which leads to where it is put right."""
    return f'<a href="#{_PLACES[key]}">{text}</a>' if key in _PLACES else text


def _natures(value: Mapping[str, str], lang: Language) -> str:
    chosen = value.get("nature", "complaint")
    return "".join(
        f'<label class="choice"><input type="radio" name="nature" value="{one}"'
        f"{' checked' if one == chosen else ''}>{_say(one, lang)}</label>"
        for one in NATURES
    )


def _photo(lang: Language, photo_mb: int, marks: str) -> str:
    return (
        f'<div><label class="label" for="photo">{_say("photo", lang)}</label>'
        f'<p class="hint" id="photo-hint">{_say("photo-hint", lang, photo_mb)}</p>'
        f'<input type="file" id="photo" name="photo" aria-describedby="photo-hint"{marks}'
        ' accept="image/jpeg,image/png,image/heic,image/heif"></div>'
    )


def _ratings(value: Mapping[str, str], lang: Language, is_wanted: bool) -> str:
    sides = ("perceived", "expected")
    heads = "".join(f'<th scope="col">{_say(side, lang)}</th>' for side in sides)
    rows = "".join(
        f'<tr><th scope="row">{_say(one, lang)}</th>'
        + "".join(f"<td>{_select(one, side, value, lang)}</td>" for side in sides)
        + "</tr>"
        for one in DIMENSIONS
    )
    is_given = any(value.get(f"{one}-{side}") for one in DIMENSIONS for side in sides)
    is_open = " open" if is_wanted or is_given else ""
    return (
        f'<details id="ratings"{is_open}><summary>{_say("ratings", lang)}</summary>'
        f'<p class="hint">{_say("ratings-hint", lang)}</p><table><thead><tr><td></td>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></details>"
    )


def _select(dimension: str, side: str, value: Mapping[str, str], lang: Language) -> str:
    name = f"{dimension}-{side}"
    options = "".join(
        f"<option{' selected' if value.get(name) == str(one) else ''}>{one}</option>"
        for one in range(1, 6)
    )
    label = f"{_say(dimension, lang)}: {_say(side, lang)}"
    return (
        f'<select name="{name}" aria-label="{label}"><option value="">—</option>{options}</select>'
    )


def _contact(name: str, value: Mapping[str, str], lang: Language) -> str:
    kinds = {"name": ("text", "name"), "phone": ("tel", "tel"), "unit": ("text", "off")}
    kind, fill = kinds[name]
    return (
        f'<div class="field"><label class="label" for="{name}">{_say(name, lang)}</label>'
        f'<input type="{kind}" id="{name}" name="{name}" maxlength="{CONTACT_MAX}"'
        f' autocomplete="{fill}" value="{value.get(name, "")}"></div>'
    )


def _say(key: str, lang: Language, photo_mb: int = 0) -> str:
    return _text(TEXTS[key][lang].replace("{mb}", str(photo_mb)))


def _text(text: str) -> str:
    """What people have typed, harmless: escaped, without control and direction characters."""
    kept = "".join(one for one in text if one.isprintable() or one in "\n\u200d")
    return escape(kept, quote=True)
