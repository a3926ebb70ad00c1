"""What is written about importing names everything that an import knows."""

import re
from pathlib import Path

import pytest

from fieldops.xlsform.answers import MAKERS, UNASKED
from fieldops.xlsform.book import CHOICE_ROWS_MAX, COLUMNS_MAX, SURVEY_ROWS_MAX
from fieldops.xlsform.functions import FUNCTIONS
from fieldops.xlsform.lists import LIST_MAX
from fieldops.xlsform.remarktexts import TEXTS

FOLDER = Path(__file__).resolve().parents[2] / "checklists"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_reference_names_every_type_and_function(name: str):
    text = (FOLDER / name).read_text(encoding="utf-8")
    part = re.split(r"^## ", text.split("XLSForm\n", 1)[1], flags=re.MULTILINE)[0]
    words = set(re.findall(r"`([^`]*)`", part))
    known = set(MAKERS) | set(UNASKED) - {"meta"} | {function for function, _count in FUNCTIONS}
    assert known - words == set()
    for figure in (SURVEY_ROWS_MAX, CHOICE_ROWS_MAX, COLUMNS_MAX, LIST_MAX):
        assert f"{figure:,}" in part


def test_every_remark_says_in_both_languages_why_and_what_was_done():
    for code, words in TEXTS.items():
        for texts in (words.why, words.done):
            assert all(texts), code
        assert bool(words.advice[0]) == bool(words.advice[1]), code
        chinese, english = (set(re.findall(r"\{(\w+)\}", text)) for text in words.why)
        strip = {re.sub(r"^(zh|en)_|_en$", "", one) for one in chinese}
        assert strip == {re.sub(r"^(zh|en)_|_en$", "", one) for one in english}, code
