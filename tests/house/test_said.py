"""What is said to people is said in Chinese and in English (domain.md).

``problem`` takes no plain text, which mypy sees to; here the two languages are each at their place.
"""

import ast
import re
from pathlib import Path

from tests.house.test_tree import ROOT, modules, text_of

HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile("[a-z]{3} ?[a-z]")


def sentences(path: Path) -> list[tuple[int, str, str]]:
    """Where a sentence is made, and the words that stand in its two texts."""
    found: list[tuple[int, str, str]] = []
    text = text_of(path)
    if "fieldops.model.said import" not in text:
        return found
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said":
            assert len(node.args) == 2, (path, node.lineno)
            chinese, english = map(words, node.args)
            found.append((node.lineno, chinese, english))
    return found


def words(text: ast.expr) -> str:
    parts = [one.value for one in ast.walk(text) if isinstance(one, ast.Constant)]
    return "".join(one for one in parts if isinstance(one, str))


def test_every_sentence_is_chinese_first_and_english_behind():
    made = {path: sentences(path) for path in modules()}
    assert sum(map(len, made.values())) > 100
    wrong = [
        (path.relative_to(ROOT), line)
        for path, several in made.items()
        for line, chinese, english in several
        if (bool(chinese.strip()) and not HAN.search(chinese)) or HAN.search(english)
    ]
    # What joins and moves sentences has no words of its own.
    homes = {"said.py", "misfits.py", "problem.py"}
    assert [one for one in wrong if one[0].name not in homes] == []


def details(maker: str) -> list[tuple[Path, int, ast.expr]]:
    """What ``maker`` is given to say, wherever it is called."""
    return [
        (path.relative_to(ROOT), node.lineno, node.args[1])
        for path in modules()
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == maker
        if len(node.args) > 1
    ]


def test_no_problem_is_told_in_one_language():
    """The rule that mypy holds where types are: no call with a bare text, and none ignored."""
    made = details("problem")
    assert len(made) > 50
    bare = ast.Constant | ast.JoinedStr | ast.BinOp
    assert [one[:2] for one in made if isinstance(one[2], bare)] == []


def test_no_sentence_of_the_command_line_is_told_in_one_language():
    """``operation`` takes names, places and what others say as they are, but no bare sentence."""
    made = details("operation")
    assert len(made) > 50
    bare = ast.Constant | ast.JoinedStr
    literal = [one for one in made if isinstance(one[2], bare)]
    assert [one[:2] for one in literal if WORD.search(words(one[2]))] == []
