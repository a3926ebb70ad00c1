"""The hook reference is that of the hookspecs, and nothing in it lacks words."""

from copy import deepcopy
from typing import Any

import pytest
from tests.plugin import hook_pages

from fieldops.model.plugin import Plugin
from fieldops.plugin import hookspecs


def test_reference_is_fresh_and_names_every_hook() -> None:
    text = hook_pages.PAGE.read_text(encoding="utf-8")
    assert text == hook_pages.page()
    assert [name for name in hookspecs.names() if f"\n## {name}\n" not in text] == []


def test_stale_reference_fails_the_check(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "HOOKS.md"
    monkeypatch.setattr(hook_pages, "PAGE", page)
    assert hook_pages.main(["--check"]) == 1
    assert "stale: HOOKS.md" in capsys.readouterr().err
    assert hook_pages.main([]) == 0
    assert hook_pages.main(["--check"]) == 0


@pytest.mark.parametrize("name", hookspecs.names())
def test_every_hook_says_when_it_runs_and_what_happens_when_it_fails(name: str) -> None:
    purpose, when, fails = hook_pages.split(hookspecs.spec(name).__doc__ or "")
    assert purpose
    assert when.startswith("Runs ")
    assert fails


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w["hooks"].pop("on_change"), r"hooks: \['on_change'\] missing"),
        (lambda w: w["hooks"]["on_change"].update(of="0"), "on_change: its docstring is new"),
        (lambda w: w["arguments"].update(walk=["a", "b"]), r"arguments: .* \['walk'\] gone"),
        (lambda w: w["Plugin"].update(author=["a", "b"]), r"Plugin: .* \['author'\] gone"),
    ],
)
def test_words_are_wanted_for_everything_and_for_nothing_else(change: Any, said: str) -> None:
    words = deepcopy(hook_pages.words())
    change(words)
    with pytest.raises(hook_pages.WordsMissing, match=said):
        hook_pages.page(words)


def test_member_without_words_is_named() -> None:
    words = deepcopy(hook_pages.words())
    del words["Plugin"]["api"]
    with pytest.raises(hook_pages.WordsMissing, match=f"{Plugin.__name__}.api"):
        hook_pages.page(words)
