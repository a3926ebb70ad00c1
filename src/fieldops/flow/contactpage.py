"""The page of a contact sheet: one HTML file without scripts and without anything from elsewhere.

Both languages stand in it, and two radio buttons show one of them.  Whatever people have typed is
escaped in one place, ``_text``.  A policy in the page itself lets a browser load its style and
pictures beside it, and nothing else (Content Security Policy Level 3, by the style's hash).
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from fieldops.flow.contactsheet import Card, Entry, Part, Sheet
from fieldops.flow.contactstyle import STYLE
from fieldops.flow.photos import Standing
from fieldops.model.answertypes import LANGUAGES, Titles

_OUTCOMES: Mapping[str, Titles] = {
    "pass": {"zh-CN": "合格", "en": "Pass"},
    "fail": {"zh-CN": "不合格", "en": "Fail"},
    "na": {"zh-CN": "不适用", "en": "Not applicable"},
}
_STATES: Mapping[str, Titles] = {
    "stub": {"zh-CN": "未开始", "en": "Not begun"},
    "draft": {"zh-CN": "进行中", "en": "Draft"},
    "submitted": {"zh-CN": "已提交", "en": "Submitted"},
    "sealed": {"zh-CN": "已封存", "en": "Sealed"},
    "approved": {"zh-CN": "已通过", "en": "Approved"},
    "returned": {"zh-CN": "已退回", "en": "Returned"},
    "retake": {"zh-CN": "需重拍", "en": "Retake"},
    "voided": {"zh-CN": "已作废", "en": "Voided"},
}
_ROLES: Mapping[str, Titles] = {
    "before": {"zh-CN": "整改前", "en": "Before"},
    "after": {"zh-CN": "整改后", "en": "After"},
    "signature": {"zh-CN": "签名", "en": "Signature"},
}
_WHY: Mapping[Standing, Titles] = {
    "awaited": {"zh-CN": "尚未上传", "en": "Not arrived yet"},
    "removed": {"zh-CN": "已过保存期并移除", "en": "Removed, kept long enough"},
    "missing": {"zh-CN": "文件缺失或损坏", "en": "Missing or damaged"},
    "pending": {"zh-CN": "图片尚未生成", "en": "Picture not made yet"},
    "undecodable": {"zh-CN": "无法显示为图片", "en": "Cannot be shown as a picture"},
    "withheld": {"zh-CN": "原件为 L3 级，未附", "en": "The original is level 3 and left out"},
}
_REASONS: Mapping[str, Titles] = {
    "format": {"zh-CN": "不是允许的图片格式", "en": "not an allowed format"},
    "empty": {"zh-CN": "空文件", "en": "empty"},
    "truncated": {"zh-CN": "文件不完整", "en": "cut short"},
    "too-large": {"zh-CN": "像素过多", "en": "too many pixels"},
    "damaged": {"zh-CN": "已损坏", "en": "damaged"},
    "out-of-memory": {"zh-CN": "解码超出内存上限", "en": "needs too much memory"},
    "timeout": {"zh-CN": "解码超时", "en": "takes too long"},
    "crashed": {"zh-CN": "解码失败", "en": "crashes the decoder"},
}
"""Why a photo is undecodable (``pictures.messages``)."""
_HIGH_RISK, _SOME_RISK = 60, 25
"""From here on a photo's risk is marked as high, or at all, by colour; the number always stands."""


def page(sheet: Sheet, names: Mapping[str, str], lost: frozenset[str], language: str) -> str:
    """The whole page.

    ``names`` gives the file in the zip by the SHA-256 of what is in it, ``lost`` the SHA-256 of
    originals that turned out to be missing or damaged; ``language`` is what shows at first.
    """
    hashed = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; img-src 'self' file:"
    title = _text(f"{sheet.site} {sheet.date}".strip())
    body = "".join([*_head(sheet, lost), *(_part(part, names, lost) for part in sheet.parts)])
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>{_switch(language)}"
        f'<main class="page">{body}{_foot(sheet)}</main></body></html>\n'
    )


def _switch(language: str) -> str:
    labels = {"zh-CN": "中文", "en": "English"}
    checked = {one: " checked" if one == language else "" for one in LANGUAGES}
    inputs = "".join(
        f'<input type="radio" name="language" id="{one}"{checked[one]}>' for one in LANGUAGES
    )
    shown = "".join(f'<label for="{one}">{labels[one]}</label>' for one in LANGUAGES)
    return f'{inputs}<nav class="switch">{shown}</nav>'


def _head(sheet: Sheet, lost: frozenset[str]) -> Iterator[str]:
    over = _both({"zh-CN": "巡检照片联系表", "en": "Contact sheet"})
    yield f'<header><p class="over">{over}</p><h1>{_text(sheet.site or "—")}</h1>'
    version = f' <span class="quiet">{_text(sheet.version)}</span>' if sheet.version else ""
    yield f'<p class="checklist">{_both(sheet.checklist)}{version}</p><dl class="facts">'
    here = sum(card.stands == "ready" and card.sha256 not in lost for card in sheet.cards)
    yield _fact("日期", "Date", _text(sheet.date))
    yield _fact("区域", "Area", _text(sheet.area))
    yield _fact("巡检员", "Inspector", _text(sheet.inspector))
    yield _fact("状态", "State", _both(_STATES.get(sheet.state, _same(sheet.state))))
    yield _fact("得分", "Score", f"{_text(sheet.score)} %" if sheet.score else "")
    yield _fact("照片", "Photos", f"{here} / {len(sheet.cards)}")
    yield f"</dl>{_owed(sheet)}</header>"


def _fact(zh: str, en: str, shown: str) -> str:
    if not shown:
        return ""
    return f"<div><dt>{_both({'zh-CN': zh, 'en': en})}</dt><dd>{shown}</dd></div>"


def _owed(sheet: Sheet) -> str:
    """What has been announced and has not arrived, but for what was waived or voided."""
    owed = {
        card.sha256: card.size_bytes or 0
        for card in sheet.cards
        if card.stands == "awaited" and not card.waived and not card.voided
    }
    if not owed:
        return ""
    size = _size(sum(owed.values()))
    told: Titles = {
        "zh-CN": f"{len(owed)} 张照片已登记但尚未上传（约 {size}）",
        "en": f"{len(owed)} announced but not arrived yet (about {size})",
    }
    return f'<p class="owed">{_both(told)}</p>'


def _part(part: Part, names: Mapping[str, str], lost: frozenset[str]) -> str:
    entries = "".join(_entry(entry, names, lost) for entry in part.entries)
    return f"<section><h2>{_both(part.titles)}</h2>{entries}</section>"


def _entry(entry: Entry, names: Mapping[str, str], lost: frozenset[str]) -> str:
    pill = ""
    if entry.outcome:
        pill = f'<span class="pill {entry.outcome}">{_both(_OUTCOMES[entry.outcome])}</span>'
    value = f'<span class="value">{_both(entry.value)}</span>' if entry.value else ""
    note = f'<p class="note">{_text(entry.note)}</p>' if entry.note else ""
    cards = "".join(_card(card, names, lost) for card in entry.cards)
    grid = f'<div class="grid">{cards}</div>' if cards else ""
    return f"<article><h3>{_both(entry.titles)} {pill}{value}</h3>{note}{grid}</article>"


def _card(card: Card, names: Mapping[str, str], lost: frozenset[str]) -> str:
    void = " void" if card.voided else ""
    return (
        f'<figure class="card{void}" id="p{card.number}">{_frame(card, names, lost)}'
        f"<figcaption>{''.join(_caption(card, names))}</figcaption></figure>"
    )


def _frame(card: Card, names: Mapping[str, str], lost: frozenset[str]) -> str:
    view, thumb = (card.files.get(kind) for kind in ("view", "thumb"))
    if view and thumb and view.sha256 in names and thumb.sha256 in names:
        alt = _text(card.caption) or f"#{card.number}"
        return (
            f'<a class="frame" href="{names[view.sha256]}">'
            f'<img src="{names[thumb.sha256]}" alt="{alt}" loading="lazy"></a>'
        )
    stands: Standing = "missing" if card.sha256 in lost else card.shown
    if stands == "ready":  # The derivatives were made, and cannot be found: they are made again.
        stands = "pending"
    size = f"<small>{_size(card.size_bytes)}</small>" if card.size_bytes else ""
    reason = _REASONS.get(card.undecodable, _same(card.undecodable))
    why = f"<small>{_both(reason)}</small>" if stands == "undecodable" else ""
    return f'<div class="frame empty {stands}"><b>{_both(_WHY[stands])}</b>{why}{size}</div>'


def _caption(card: Card, names: Mapping[str, str]) -> Iterator[str]:
    yield f'<p class="line"><span class="number">{card.number:04}</span>'
    if card.role in _ROLES:
        yield f'<span class="tag">{_both(_ROLES[card.role])}</span>'
    if card.risk is not None:
        high = "high" if card.risk >= _HIGH_RISK else "some" if card.risk >= _SOME_RISK else "low"
        risk = _both({"zh-CN": "风险", "en": "Risk"})
        yield f'<span class="risk {high}">{risk} {card.risk}</span>'
    yield "</p>"
    if card.caption:
        yield f'<p class="words">{_text(card.caption)}</p>'
    yield from _told("waived", "已豁免", "Waived", card.waived)
    yield from _told("voided", "已作废", "Voided", card.voided)
    yield '<dl class="times">'
    yield _fact("拍摄", "Taken", _text(card.taken))
    yield _fact("收到", "Received", _text(card.received))
    yield "</dl>"
    if card.notes:
        notes = "".join(
            f"<li>{_both(note.titles)}{_evidence(note.evidence)}</li>" for note in card.notes
        )
        yield f'<ul class="notes">{notes}</ul>'
    shown = f"SHA-256 {card.sha256[:16]}…{_original(card, names)}"
    yield f'<p class="hash" title="{card.sha256}">{shown}</p>'


def _told(kind: str, zh: str, en: str, reason: str) -> Iterator[str]:
    if reason:
        yield f'<p class="{kind}">{_both({"zh-CN": zh, "en": en})}: {_text(reason)}</p>'


def _evidence(evidence: Mapping[str, str]) -> str:
    rows = ", ".join(f"{_text(key)} {_text(value)}" for key, value in sorted(evidence.items()))
    return f" <small>{rows}</small>" if rows else ""


def _original(card: Card, names: Mapping[str, str]) -> str:
    if card.sha256 not in names:
        return ""
    link = _both({"zh-CN": "原件", "en": "Original"})
    return f' · <a href="{names[card.sha256]}">{link}</a>'


def _foot(sheet: Sheet) -> str:
    told: Titles = {
        "zh-CN": "照片按检查表顺序排列；manifest.json 列出每个文件的 SHA-256。",
        "en": "In the order of the checklist; manifest.json has the SHA-256 of each file.",
    }
    return f"<footer><p>{_both(told)}</p><p>{sheet.inspection}</p></footer>"


def _both(titles: Titles) -> str:
    """A text in both languages, of which the style shows one."""
    return "".join(f'<span lang="{one}">{_text(titles.get(one, ""))}</span>' for one in LANGUAGES)


def _same(text: str) -> Titles:
    return {"zh-CN": text, "en": text}


def _text(text: str) -> str:
    """What people have typed, harmless: escaped, without control and direction characters."""
    kept = "".join(one for one in text if one.isprintable() or one in "\n\u200d")
    return escape(kept, quote=True)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{size_bytes / 1e3:.1f} kB"


def texts() -> Iterable[Titles]:
    """Every text that the page brings along, for a test that none lacks a language."""
    for table in (_OUTCOMES, _STATES, _ROLES, _WHY, _REASONS):
        yield from table.values()
