"""Which of a workbook's languages are ours, and its texts in them."""

import html
import re
from collections import Counter
from typing import Literal

from fieldops.model.answertypes import LANGUAGES, Titles
from fieldops.xlsform.form import Form, Row
from fieldops.xlsform.remarks import Ledger

Ours = Literal["zh-CN", "en"]
TEXT_COLUMNS = (
    ("label",),
    ("hint",),
    ("guidance_hint",),
    ("bind", "jr:constraintMsg"),
)
"""What is carried over in both languages."""
_CODE = re.compile(r"[(（\[]\s*([A-Za-z]{2,3}(?:[-_][A-Za-z]+)*)\s*[)）\]]\s*$")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_CHINESE_NAMES = (
    "chinese",
    "mandarin",
    "中文",
    "汉语",
    "漢語",
    "普通话",
    "简体",
    "繁體",
)
_ENGLISH_NAMES = ("english", "英文", "英语", "inglés", "ingles", "anglais", "englisch", "inglês")
_CHINESE_CODES = frozenset({"zh", "cmn", "chi", "zho", "chs", "cn"})
_ENGLISH_CODES = frozenset({"en", "eng"})
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
CHINESE_SHARE = 0.2
"""From this share of Chinese characters among the letters on, a text reads as Chinese."""


def language_of(name: str) -> Ours | None:
    """Our language for one of a workbook, by its code or its name: ``中文 (zh)``, ``English``."""
    found = _CODE.search(name)
    code = re.split(r"[-_]", (found[1] if found else name).strip().lower())[0]
    lower = name.lower()
    if code in _CHINESE_CODES or (not found and any(one in lower for one in _CHINESE_NAMES)):
        return "zh-CN"
    if code in _ENGLISH_CODES or (not found and any(one in lower for one in _ENGLISH_NAMES)):
        return "en"
    return None


def reads_as(text: str) -> Ours:
    """Chinese or not, by the letters of a text."""
    letters = len(_LETTER.findall(text))
    chinese = len(_CHINESE.findall(text))
    return "zh-CN" if chinese and chinese >= CHINESE_SHARE * letters else "en"


class Tongues:
    """The languages of one form.  ``""`` stands for columns without a language."""

    def __init__(self, form: Form, chosen: dict[str, Ours], ledger: Ledger) -> None:
        self._ledger = ledger
        self.columns = _columns(form)
        self._default = form.settings.text("default_language")
        self.ours: dict[str, Ours] = {}
        for name in sorted(self.columns, key=self._rank):
            self._place(form, name, chosen)
        self._take_another(form)
        self.missing: tuple[Ours, ...] = tuple(
            one for one in LANGUAGES if one not in self.ours.values()
        )
        for one in self.missing:
            ledger.say("missing-language", _heading(form), (), languages=one)

    def _rank(self, name: str) -> tuple[int, int]:
        """Named languages first, simplified Chinese and plain English before their variants."""
        lower = name.lower()
        variant = any(one in lower for one in ("hant", "tw", "hk", "繁", "traditional"))
        return (name == "") + 2 * variant, list(self.columns).index(name)

    def _place(self, form: Form, name: str, chosen: dict[str, Ours]) -> None:
        ours = chosen.get(name)
        if ours is None and name:
            ours = language_of(name)
        if ours is None and not name:
            ours = language_of(self._default) if self._default else None
            if ours is None:
                ours = reads_as(_sample(form))
                if ours not in self.ours.values():
                    self._ledger.say("language-guessed", _heading(form), (), language=ours)
        if ours is not None and (not name or ours not in self.ours.values()):
            self.ours[name] = ours

    def _take_another(self, form: Form) -> None:
        """A form in neither language keeps its own, so that its texts are not lost."""
        if self.ours or not self.columns:
            return
        name = self._default if self._default in self.columns else next(iter(self.columns))
        self.ours[name] = "en"
        self._ledger.say("language-taken", _heading(form), (), language=name)

    def texts(self, row: Row, *base: str) -> Titles:
        """A row's text in our languages, as far as it is there; its cells are taken."""
        found: Titles = {}
        paths = [path for path in row.cells if path[: len(base)] == base]
        # A column with a language counts before one without (as in pyxform).
        for path in sorted(paths, key=lambda path: len(path) == len(base)):
            text, name = row.text(*path), "::".join(path[len(base) :])
            ours = self.ours.get(name) or (None if name else self._unnamed(text))
            if ours is None:
                key = f"{row.sheet}:{row.cells[path].column}"
                self._ledger.say_once("language-left", key, row, path, language=name)
            elif ours in found:
                self._ledger.say("text-twice", row, path, language=ours)
            else:
                found[ours] = self._plain(text, row, path)
                self._ledger.take(row, path)
        return {one: found[one] for one in LANGUAGES if one in found}

    def _unnamed(self, text: str) -> Ours:
        """The language of a text in a column without one, where only named columns have labels."""
        return language_of(self._default) or reads_as(text)

    def _plain(self, text: str, row: Row, path: tuple[str, ...]) -> str:
        """A text without markup; what showed an answer says which one."""
        bare = _HEADING.sub("", _BOLD.sub(r"\1", _TAG.sub("", text)))
        bare = html.unescape(bare).replace("\u00a0", " ")
        if bare != text:
            self._ledger.say("markup", row, path)
        names = _REFERENCE.findall(bare)
        if names:
            self._ledger.say("text-reference", row, path, names=", ".join(dict.fromkeys(names)))
        return _REFERENCE.sub(r"[\1]", bare).strip()


def _columns(form: Form) -> dict[str, int]:
    """The languages that texts are in, with how many there are, in the order of the columns."""
    found: Counter[str] = Counter()
    for row in form.rows():
        for path in row.cells:
            for base in TEXT_COLUMNS:
                if path[: len(base)] == base and len(path) <= len(base) + 1:
                    found[path[len(base)] if len(path) > len(base) else ""] += 1
    return dict(found)


def _sample(form: Form) -> str:
    return " ".join(row.text("label") for row in form.rows())[:20_000]


def _heading(form: Form) -> Row:
    """What is about a whole sheet is said of its first row."""
    return Row("survey", 1 if form.survey else 0, {})
