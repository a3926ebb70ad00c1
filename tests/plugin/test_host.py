"""A plugin in this process: what loads, what is refused by name, what comes back."""

import sys
from typing import Any

import msgspec
import pytest
from tests.plugin.packages import Packages
from tests.plugin.views import asking

from fieldops.model.finding import FindingDraft
from fieldops.model.plugin import API, Plugin, PluginFault
from fieldops.model.register import Column, RegisterSpec
from fieldops.plugin import entry, faults, hookspecs, results
from fieldops.plugin.host import Host, load

GOOD = """
@hookimpl
def raise_findings(inspection):
    return [FindingDraft(rule="dirty", titles={"zh-CN": "脏", "en": "Dirty"})]
"""


def codes(loaded: Host | tuple[PluginFault, ...]) -> list[str]:
    assert isinstance(loaded, tuple), "the plugin was expected to be refused"
    return [fault.code for fault in loaded]


def answer_of(loaded: object, hook: str = "raise_findings") -> Any:
    assert isinstance(loaded, Host), loaded
    return loaded.call(hook, asking())


def fault_of(packages: Packages, code: str, hook: str = "raise_findings") -> PluginFault:
    loaded = load(packages.install("odd", code))
    assert isinstance(loaded, Host), loaded
    found = loaded.call(hook, asking())
    assert isinstance(found, PluginFault), found
    return found


def test_plugin_loads_by_its_entry_point_and_gives_checked_results(packages: Packages) -> None:
    loaded = load(packages.install("good", GOOD))
    assert isinstance(loaded, Host)
    assert loaded.card.hooks == ("declare_plugin", "raise_findings")
    assert (loaded.card.version, loaded.card.domain) == ("1.0", "cleaning")
    (draft,) = answer_of(loaded)
    assert draft == FindingDraft(rule="dirty", titles={"zh-CN": "脏", "en": "Dirty"})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("@hookimpl\ndef raise_finding(inspection): ...", "unknown-hook"),
        ("@hookimpl\ndef zzzz(inspection): ...", "unknown-hook"),
        ("@hookimpl\ndef raise_findings(inspection, walk): ...", "extra-argument"),
        ("@hookimpl\nasync def raise_findings(inspection): ...", "coroutine-hook"),
        ("@hookimpl\nasync def raise_findings(inspection):\n    yield 1", "coroutine-hook"),
        ("@hookimpl(wrapper=True)\ndef raise_findings():\n    return (yield)", "wrapper-hook"),
        ("@hookimpl(hookwrapper=True)\ndef raise_findings():\n    yield", "wrapper-hook"),
        ("@hookimpl(specname='raise_findings')\ndef find(inspection): ...", "unknown-hook"),
        ("def raise_findings(inspection): ...", "unmarked-hook"),
        ("raise_findings = lambda inspection: []", "unmarked-hook"),
        ("findings = hookimpl(lambda inspection: [])", "unknown-hook"),
        ("@hookimpl\ndef raise_findings(): ...\nfindings = raise_findings", "unknown-hook"),
        ("raise RuntimeError('no')", "import-failed"),
        ("import sys; sys.exit(3)", "import-failed"),
    ],
)
def test_what_would_be_ignored_or_cannot_work_is_refused_by_name(
    packages: Packages, code: str, expected: str
) -> None:
    assert codes(load(packages.install("odd", code))) == [expected]


def test_misspelt_hook_is_told_with_the_name_that_was_meant(packages: Packages) -> None:
    loaded = load(packages.install("odd", "@hookimpl\ndef raise_finding(inspection): ..."))
    assert isinstance(loaded, tuple)
    assert loaded[0].detail == "raise_finding: did you mean raise_findings?"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "no-declaration"),
        ("Plugin(name='other', version='1', api=API)", "name-differs"),
        ("Plugin(name='odd', version='1', api=99)", "api-differs"),
        ("Plugin(name='odd', version=1, api=API)", "wrong-result"),
        ("Plugin(name='odd', version='1', api=API, settings=3)", "wrong-result"),
        ("'odd'", "wrong-result"),
        ("1 / 0", "raised"),
    ],
)
def test_declaration_must_be_there_and_fit(packages: Packages, head: str, expected: str) -> None:
    code = f"@hookimpl\ndef declare_plugin():\n    return {head}" if head else ""
    name = packages.install(
        "odd", code, head="from fieldops import *\nfrom fieldops import hookimpl\n"
    )
    assert codes(load(name)) == [expected]


@pytest.mark.parametrize(("columns", "english"), [(["key"], "A"), (["b", "b"], "A"), (["b"], " ")])
def test_a_register_must_have_names_of_its_own_and_titles(columns: list[str], english: str) -> None:
    titles: Any = {"zh-CN": "甲", "en": english}
    made = tuple(Column(name=name, titles=titles) for name in columns)
    spec = RegisterSpec(name="a", titles={"zh-CN": "甲", "en": "A"}, columns=made)
    plugin = Plugin(name="odd", version="1", api=API, registers=(spec,))
    with pytest.raises(results.WrongResult):
        results.check("declare_plugin", plugin)


def test_settings_are_given_in_the_plugins_own_type(packages: Packages) -> None:
    head = """
import msgspec
from fieldops import *
from fieldops import hookimpl

class Own(msgspec.Struct, frozen=True):
    limit: int = 3

@hookimpl
def declare_plugin():
    return Plugin(name="odd", version="1", api=API, settings=Own)

@hookimpl
def declare_checklists(settings):
    return [ChecklistFile(f"{settings.limit}.toml", "")]
"""
    name = packages.install("odd", "", head=head)
    loaded = load(name, {"limit": 5})
    assert isinstance(loaded, Host)
    files: Any = loaded.call("declare_checklists", {"settings": loaded.settings})
    (file,) = files
    assert file.name == "5.toml"
    assert codes(load(name, {"limit": "many"})) == ["bad-settings"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1 / 0", "raised"),
        ("import sys; sys.exit(1)", "raised"),
        ("class Own(BaseException): ...\n    raise Own", "raised"),
        ("raise MemoryError", "out-of-memory"),
        ("return 7", "wrong-result"),
        ("return 'finding'", "wrong-result"),
        ("return [1]", "wrong-result"),
        ("return [object()]", "wrong-result"),
        (
            "return [FindingDraft(rule='BAD RULE', titles={'zh-CN': 'x', 'en': 'x'})]",
            "wrong-result",
        ),
        ("return [FindingDraft(rule='x', titles={'en': 'x'})]", "wrong-result"),
        ("return [FindingDraft(rule='x', titles={'zh-CN': ' ', 'en': 'x'})]", "wrong-result"),
        (
            "return [FindingDraft(rule='x', titles={'zh-CN': 'x' * 20_001, 'en': 'x'})]",
            "wrong-result",
        ),
        (
            "return [FindingDraft(rule='x', titles={'zh-CN': 'x', 'en': 'x'}, repeat='r' * 201)]",
            "wrong-result",
        ),
        ("import itertools; return itertools.repeat(1)", "too-much"),
        ("yield 1 / 0", "raised"),
    ],
)
def test_failing_hook_gives_a_fault_value(packages: Packages, body: str, expected: str) -> None:
    code = f"@hookimpl\ndef raise_findings(inspection):\n    {body}"
    fault = fault_of(packages, code)
    assert (fault.code, fault.hook, fault.version) == (expected, "raise_findings", "1.0")
    assert "inspection" not in fault.detail


@pytest.mark.parametrize(
    ("deadline", "is_one"),
    [
        ("2026-11-23T12:00:00Z", True),
        ("9998-12-31T23:59:59+08:00", True),
        ("soon", False),
        ("", False),
        ("2026-11-23T12:00:00", False),
        ("0001-01-01T00:00:00+08:00", False),
        ("9999-12-31T23:59:59-14:00", False),
        ("2026-11-23T12:00:00Z\0", False),
        ("2026-11-23T12:00:00." + "0" * 40 + "Z", False),
    ],
)
def test_a_deadline_is_an_instant_or_a_wrong_result(deadline: str, is_one: bool) -> None:
    """What cannot be read would never be overdue, and what is too long would be no finding."""
    if is_one:
        assert results.check("set_deadline", deadline) == deadline
        return
    with pytest.raises(results.WrongResult):
        results.check("set_deadline", deadline)


@pytest.mark.parametrize(
    "score", ["score=101", "score=-1", "score=Decimal('NaN')", "earned=Decimal(10**10)"]
)
def test_score_out_of_bounds_is_a_wrong_result(packages: Packages, score: str) -> None:
    given = (
        ", ".join(
            f"{name}={value}"
            for name, value in {
                "score": "Decimal(50)",
                "earned": "Decimal(1)",
                "possible": "Decimal(2)",
                **dict([score.split("=")]),
            }.items()
        )
        .replace("=101", "=Decimal(101)")
        .replace("=-1", "=Decimal(-1)")
    )
    code = f"""
from decimal import Decimal
@hookimpl
def score_inspection(inspection):
    return Score({given})
"""
    assert fault_of(packages, code, "score_inspection").code == "wrong-result"


def test_sections_of_a_report_are_in_both_languages_and_each_row_has_all_cells() -> None:
    titles = {"zh-CN": "节", "en": "Section"}
    plain = {"titles": titles, "columns": [titles], "rows": [[3], [titles], ["W1"]]}
    (section,) = results.check("add_report_sections", [plain])
    assert section.rows == ((3,), (titles,), ("W1",))
    for wrong in (
        {"paragraphs": [{"en": "only"}]},
        {"columns": [{"zh-CN": " ", "en": "x"}]},
        {"rows": [[3, 4]]},
        {"rows": [[{"en": "x"}]]},
    ):
        with pytest.raises(results.WrongResult):
            results.check("add_report_sections", [{**plain, **wrong}])
    with pytest.raises(results.TooMuch):
        results.check("add_report_sections", [{**plain, "rows": [[1]] * 2001}])


def test_fault_names_the_place_and_not_the_text_of_an_exception(packages: Packages) -> None:
    code = "@hookimpl\ndef raise_findings(inspection):\n    raise ValueError('13800000000')"
    fault = fault_of(packages, code)
    assert fault.detail.startswith("ValueError at bad_odd")
    assert "13800000000" not in fault.detail


def test_hook_that_returns_nothing_finds_nothing(packages: Packages) -> None:
    loaded = load(packages.install("odd", "@hookimpl\ndef raise_findings(): ..."))
    assert isinstance(loaded, Host)
    assert loaded.call("raise_findings", asking()) == ()


def test_interrupt_by_a_person_is_no_fault(packages: Packages) -> None:
    loaded = load(
        packages.install("odd", "@hookimpl\ndef raise_findings():\n    raise KeyboardInterrupt")
    )
    assert isinstance(loaded, Host)
    with pytest.raises(KeyboardInterrupt):
        loaded.call("raise_findings", asking())
    with pytest.raises(KeyboardInterrupt):
        load(packages.install("worse", "raise KeyboardInterrupt"))


def test_plugin_that_is_not_installed_is_told(packages: Packages) -> None:
    assert codes(load("nowhere")) == ["not-installed"]


def test_entry_point_must_name_a_module(packages: Packages) -> None:
    name = packages.install("odd", "thing = 3")
    (info,) = packages.folder.glob("*.dist-info")
    module = info.name.split("-")[0]
    (info / "entry_points.txt").write_text(f"[fieldops.plugins]\nodd = {module}:thing\n")
    assert codes(load(name)) == ["import-failed"]


def test_one_manager_a_host_so_that_no_plugin_sees_another(packages: Packages) -> None:
    one, two = load(packages.install("one", GOOD)), load(packages.install("two", GOOD))
    assert answer_of(one) == answer_of(two)
    assert len(answer_of(one)) == 1


def test_allowlist_decides_what_may_load(packages: Packages) -> None:
    packages.install("good", GOOD)
    assert {"good", "cleaning", "security", "facilities", "confidentiality"} <= set(
        entry.chosen(None)
    )
    assert entry.chosen(("security", "good")) == ("good", "security")
    assert entry.chosen(()) == ()


def test_every_fault_code_is_told_in_both_languages() -> None:
    for code in faults.CATALOGUE:
        assert faults.describe(code, "zh-CN") != faults.describe(code, "en")
    with pytest.raises(KeyError):
        faults.describe("unheard-of", "en")


def test_every_hook_documents_itself_and_its_types() -> None:
    kinds = {"declare", "check", "score", "raise", "set", "on", "add", "redact"}
    for name in hookspecs.names():
        spec = hookspecs.spec(name)
        assert name.split("_")[0] in kinds
        assert "Runs" in (spec.__doc__ or "") or "Hear" in (spec.__doc__ or "")
        assert "ail" in (spec.__doc__ or ""), f"{name} does not say what happens when it fails"
        assert "return" in spec.__annotations__
        with pytest.raises(NotImplementedError):
            spec(None, *[None] * (spec.__code__.co_argcount - 1))


def test_public_door_lists_what_it_has_sorted() -> None:
    import fieldops

    assert list(fieldops.__all__) == sorted(fieldops.__all__)
    for name in fieldops.__all__:
        assert getattr(fieldops, name) is not None
    with pytest.raises(AttributeError, match="no public name"):
        fieldops.nothing_of_the_kind  # noqa: B018
    assert "fieldops.plugin.hookspecs" in sys.modules


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("fieldops>=99", "fieldops>=99: 0.1.0 is installed"),
        ("pluggy<1", "pluggy<1: "),
        ("no-such-package-anywhere", "no-such-package-anywhere: not installed"),
        ("~what", "~what: cannot be read"),
    ],
)
def test_package_whose_requirements_do_not_hold_is_refused_before_it_is_imported(
    packages: Packages, line: str, detail: str
) -> None:
    name = packages.install("odd", "raise SystemExit('it was imported')", requires=[line])
    loaded = load(name)
    assert codes(loaded) == ["unmet-requirement"]
    assert isinstance(loaded, tuple)
    assert loaded[0].detail.startswith(detail)


def test_package_whose_requirements_hold_loads(packages: Packages) -> None:
    asked = ["fieldops>=0.1", "nowhere; extra == 'docs'", "nowhere; sys_platform == 'amiga'"]
    assert isinstance(load(packages.install("good", GOOD, requires=asked)), Host)


def test_hooks_stand_in_the_order_in_which_they_run() -> None:
    kinds = [name.partition("_")[0] for name in vars(hookspecs.Hooks) if name[0] != "_"]
    order = ["declare", "check", "score", "raise", "set", "on", "add", "redact"]
    assert sorted(set(kinds), key=order.index) == order
    assert kinds.index("declare") == 0
    assert kinds[-1] == "redact"


def test_process_of_a_plugin_tells_its_faults_without_what_it_worked_on(
    packages: Packages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = packages.install("odd", "@hookimpl\ndef raise_findings(inspection):\n    return 1 / 0")
    loaded = load(name)
    monkeypatch.delitem(sys.modules, "structlog")
    fault = answer_of(loaded)
    assert fault.code == "raised"
    told = msgspec.json.decode(capsys.readouterr().err)
    assert (told["event"], told["plugin"], told["hook"]) == ("hook raised", "odd", "raise_findings")
    assert "ZeroDivisionError" in told["exception"]
    assert str(asking()["inspection"].id) not in str(told)
