"""``fieldops`` itself: help at once, languages, exit codes, problems instead of tracebacks."""

import ast
import errno
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3
from click import core, decorators, exceptions, parser, termui, types
from sqlalchemy.exc import OperationalError
from tests.cli.helping import Line

from fieldops.cli import clickwords, commands, language, root
from fieldops.cli.shell import Shell
from fieldops.model.operation import OPERATIONS
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.writer import StoreBusy

VISIBLE = [name for name, entry in commands.COMMANDS.items() if not entry.hidden]


def test_help_names_every_command(sqlite_line: Line):
    said = sqlite_line("--help")
    assert all(name in said for name in VISIBLE)


@pytest.mark.parametrize("name", VISIBLE)
def test_every_command_explains_itself(sqlite_line: Line, name: str):
    assert len(sqlite_line(name, "--help").split()) > 10


def test_help_imports_no_command_and_is_quick():
    program = (
        "import sys, time; from fieldops.cli.root import cli; "
        "cli(['--help'], standalone_mode=False);"
        "print([name for name in ('sqlmodel', 'litestar', 'alembic') if name in sys.modules]);"
        "print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded, cpu_s = done.stdout.splitlines()[-2:]
    assert loaded == "[]", done.stderr
    # Not by the clock: others may keep the machine busy.
    assert float(cpu_s) < 3, "the budget is 1.5 s on an idle machine"


def test_help_and_wrong_usage_speak_chinese():
    """One process asks for help, leaves an argument out, and errs in an option's name."""
    program = (
        "import sys; sys.argv[1:] = ['--lang', 'zh-CN']; "
        "from click.testing import CliRunner; from fieldops.cli.root import cli; "
        "[print(CliRunner().invoke(cli, asked.split()).output) for asked in "
        "('site --help', 'site add', '--lnag en')]"
    )
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "列出所有项目" in said
    assert {"用法：", "选项", "命令", "显示这段说明并退出", "缺少参数"} <= set(said.split())
    assert "没有选项 '--lnag'。 是 '--lang' 吗？" in said
    assert not {"Usage:", "Options", "Commands", "Error", "Try"} & set(said.split())


def test_what_we_translate_is_what_click_says():
    """Another version of click may word it otherwise; then it would stay English unnoticed."""
    sources = (core, decorators, exceptions, parser, termui, types)
    nodes = (node for one in sources for node in ast.walk(ast.parse(inspect.getsource(one))))
    said = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert clickwords.WORDS.keys() <= said


def test_an_unknown_command_is_wrong_usage(sqlite_line: Line):
    assert "nothing-like-that" in sqlite_line.wrong_usage("nothing-like-that")


def test_no_command_is_wrong_usage(sqlite_line: Line):
    assert sqlite_line.run().exit_code == 2


def test_the_version_is_told(sqlite_line: Line):
    assert sqlite_line("--version").startswith("fieldops, version 0.")


@pytest.mark.parametrize(
    ("given", "environment", "chosen"),
    [
        (None, {}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB"}, "en"),
        (None, {"LANG": "en_GB", "LC_MESSAGES": "zh_TW"}, "zh-CN"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("zh-CN", {}, "zh-CN"),
    ],
)
def test_the_language_is_that_asked_for_or_the_locale(given, environment, chosen):
    assert language.choose(given, environment) == chosen


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["site", "list"], None),
        (["--lang", "zh-CN", "site"], "zh-CN"),
        (["--lang=en"], "en"),
        (["--lang"], None),
    ],
)
def test_the_language_of_help_is_read_before_the_arguments(arguments, asked):
    assert language.asked(arguments) == asked


def test_texts_of_help_follow_the_language(monkeypatch: pytest.MonkeyPatch):
    for chosen, text in (("zh-CN", "项目"), ("en", "site")):
        monkeypatch.setattr(language, "HELP_LANGUAGE", chosen)
        assert language.tr("项目", "site") == text


def test_bad_settings_are_a_problem_that_names_them(sqlite_line: Line, tmp_path: Path):
    config = tmp_path / "fieldops.toml"
    config.write_text("port = 99999\n")
    done = sqlite_line.run("--config", config, "site", "list")
    assert done.exit_code == 1
    assert OPERATIONS["settings"].en in done.stderr
    assert "port" in done.stderr


def test_settings_can_be_given_by_option(tmp_path: Path):
    line = Line(tmp_path / "unused")
    line("--data-dir", tmp_path / "other", "site", "add", "CH", "翠湖花园")
    assert (tmp_path / "other" / "fieldops.db").exists()
    assert not (tmp_path / "unused").exists()


def test_a_database_that_cannot_be_opened_is_a_problem(tmp_path: Path):
    line = Line(tmp_path / "data", f"sqlite:///{tmp_path}/missing/fieldops.db")
    assert line.problem("site", "list") == "database-down"
    line = Line(tmp_path / "data", "postgresql://nobody@127.0.0.1:1/nothing")
    assert line.problem("site", "list") == "database-down"
    assert line.problem("migrate") == "database-down"


def test_a_file_that_another_writes_for_long_is_busy(
    sqlite_line: Line, monkeypatch: pytest.MonkeyPatch
):
    def locked(_engine: object) -> None:
        raise OperationalError("BEGIN", None, Exception("database is locked"))

    monkeypatch.setattr("fieldops.store.migrate.prepare", locked)
    assert sqlite_line.problem("site", "list") == "database-busy"


def test_output_that_cannot_be_written_is_told_without_a_traceback(tmp_path: Path):
    fieldops = [sys.executable, "-m", "fieldops", "--data-dir", str(tmp_path)]
    command = [*fieldops, "user", "list", "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert OPERATIONS["disk-full"].en in done.stderr
    assert "Traceback" not in done.stderr


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "slug", "detail"),
    [
        (StoreBusy("x"), "database-busy", ""),
        (
            caused(StoreBusy("x"), OperationalError("q", None, Exception("disk I/O error"))),
            "database-busy",
            "disk I/O error",
        ),
        (
            caused(StoreBusy("x"), sqlcipher3.dbapi2.OperationalError("database or disk is full")),
            "disk-full",
            "database or disk is full",
        ),
        (BlobStoreDown("x"), "blobs-down", "x"),
        (
            BlobStoreDown("cannot write: [Errno 28] No space left on device"),
            "disk-full",
            "cannot write: [Errno 28] No space left on device",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "/mnt/x"), "disk-full", "/mnt/x"),
        (OperationalError(None, None, Exception("refused\nhint")), "database-down", "refused"),
        (OperationalError("SELECT 1", None, Exception("gone")), "database-busy", ""),
        (FileNotFoundError(2, "No such file", "/etc/x"), "file", "/etc/x: No such file"),
        (
            PermissionError(13, "Permission denied", "/etc/x"),
            "file-denied",
            "/etc/x: Permission denied",
        ),
        (OSError("no more"), "file", "OSError"),
        (
            ZeroDivisionError("secret"),
            "internal",
            "ZeroDivisionError; FIELDOPS_DEBUG=1 shows where",
        ),
    ],
)
def test_what_goes_wrong_is_a_problem_without_a_traceback(
    sqlite_line: Line, monkeypatch: pytest.MonkeyPatch, error: Exception, slug: str, detail: str
):
    def fails(_shell: Shell) -> None:
        raise error

    monkeypatch.setattr(Shell, "store", fails)
    found = sqlite_line.json("site", "list", code=1)
    assert found["type"].endswith(f":{slug}")
    assert found.get("detail", "") == detail
    assert "secret" not in sqlite_line.result.output


def test_a_maker_can_ask_for_the_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fails(_shell: Shell) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Shell, "store", fails)
    line = Line(tmp_path, **{root.DEBUG: "1"})
    assert "Traceback" in line.run("site", "list").stderr


def test_main_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "argv", ["fieldops", "--version"])
    with pytest.raises(SystemExit) as ended:
        root.main()
    assert ended.value.code == 0
    assert "fieldops" in capsys.readouterr().out


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)
def test_every_problem_speaks_both_languages_and_says_what_to_do(kind):
    assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.zh)
    assert kind.en.isascii()
    assert len(kind.en) <= 100
    assert ";" in kind.en
    assert "；" in kind.zh


def test_an_empty_table_says_so(sqlite_line: Line):
    done = sqlite_line.run("site", "list", lang="zh-CN")
    assert "没有内容" in done.stderr
    assert sqlite_line.json("site", "list") == []
