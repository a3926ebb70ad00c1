"""What lies in deploy/ is well-formed and names only commands, options and settings that exist."""

import configparser
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel

from fieldops.cli.root import cli
from fieldops.flow import auditkey
from fieldops.sections import AuditSettings, MetricsSettings, WorkerSettings
from fieldops.settings import BlobSettings, LimitSettings, Settings, load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SECTIONS: dict[str, type[BaseModel]] = {
    "AUDIT": AuditSettings,
    "BLOBS": BlobSettings,
    "LIMITS": LimitSettings,
    "METRICS": MetricsSettings,
    "WORKER": WorkerSettings,
}
OUTSIDE_SETTINGS = {"FIELDOPS_CONFIG", "FIELDOPS_SECRETS_DIR"}
CADDYS = {"SITE", "SERVERS", "HTTP_PORT", "HTTPS_PORT", "CADDY_ADMIN"}
"""What Caddyfile takes from the environment."""
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted(
    path for path in (DEPLOY / "systemd").iterdir() if path.suffix in {".service", ".timer"}
)
GUIDES = sorted((DEPLOY / "guides").glob("*.md"))
TEXTS = [DEPLOY / "README.md", ROOT / "README.md", ROOT / "README.zh-CN.md", *GUIDES]


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one is not None]


def compose() -> dict[str, Any]:
    return documents(DEPLOY / "compose" / "compose.yaml")[0]


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, "utf-8")
    return parser


def wrong_in(arguments: list[str]) -> str:
    """Why click would not take these arguments; empty if it would."""
    found: click.Command = cli
    context = click.Context(found)
    for argument in arguments:
        if argument.startswith("-"):
            known = {name for one in found.get_params(context) for name in one.opts}
            if argument.split("=")[0] not in known:
                return f"{found.name} has no option {argument}"
        elif isinstance(found, click.Group) and not _is_value(arguments, argument, context, found):
            following = found.get_command(context, argument)
            if following is None:
                return f"{found.name} has no command {argument}"
            found, context = following, click.Context(following)
    return "is a group" if isinstance(found, click.Group) and len(arguments) < 1 else ""


def _is_value(
    arguments: list[str], argument: str, context: click.Context, found: click.Command
) -> bool:
    """Whether an argument belongs to the option before it."""
    before = arguments[arguments.index(argument) - 1] if arguments.index(argument) else ""
    takers = [one for one in found.get_params(context) if isinstance(one, click.Option)]
    return any(before in one.opts and not one.is_flag for one in takers)


def manifest_containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in MANIFESTS:
        for one in documents(path):
            template = one.get("spec", {}).get("jobTemplate", one).get("spec", {}).get("template")
            if template is not None:
                yield from ((path.name, each) for each in template["spec"]["containers"])


def typed_commands() -> Iterator[tuple[str, list[str]]]:
    """Every ``fieldops …`` in a code block or between backticks of our texts."""
    for path in TEXTS:
        text = path.read_text("utf-8")
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        lines = [line.split("#")[0] for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", text)
        for line in lines:
            match = re.match(r"^(?:\.venv/bin/|docker compose exec server-a )?fieldops (.+)$", line)
            if match and not re.search(r"[…]|\.\.\.", match[1]):
                yield path.name, shlex.split(match[1])


# Commands


@pytest.mark.parametrize(
    "arguments", [["--config", "x", "backup", "create", "--json"], ["serve", "--port", "0"]]
)
def test_the_check_takes_what_exists(arguments):
    assert wrong_in(arguments) == ""


@pytest.mark.parametrize("arguments", [["backup", "burn"], ["serve", "--turbo"], ["--nope"]])
def test_the_check_refuses_what_does_not_exist(arguments):
    assert wrong_in(arguments) != ""


def test_containers_run_existing_commands():
    found = list(manifest_containers())
    assert {one["name"] for _, one in found} == {"server", "migrate", "backup", "drill"}
    for name, one in found:
        assert wrong_in(one["args"]) == "", name
    services = compose()["services"]
    ours = [one for one in services.values() if one["image"] == "fieldops"]
    assert len(ours) == 6
    for one in ours:
        assert wrong_in(one["command"]) == ""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_run_existing_commands_without_privilege(path):
    parser = unit(path)
    if path.suffix == ".timer":
        assert path.with_suffix(".service").exists()
        assert parser["Timer"]["OnCalendar"]
        return
    program, *arguments = shlex.split(parser["Service"]["ExecStart"])
    assert program.endswith("/bin/fieldops")
    assert wrong_in(arguments) == ""
    assert parser["Service"]["User"] == "fieldops"
    assert parser["Service"]["NoNewPrivileges"] == "yes"


def test_texts_name_existing_commands():
    found = list(typed_commands())
    assert len(found) >= 10
    for name, arguments in found:
        assert wrong_in(arguments) == "", (name, arguments)


def test_the_image_starts_an_existing_command():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert 'ENTRYPOINT ["fieldops"]' in text
    command = re.search(r"^CMD \[(.*)\]$", text, re.MULTILINE)
    assert command is not None
    assert wrong_in([part.strip(' "') for part in command[1].split(",")]) == ""


# Settings


def variables() -> Iterator[tuple[str, str]]:
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file():
            for name in re.findall(r"\bFIELDOPS_[A-Z_]+\b", path.read_text("utf-8")):
                yield path.name, name


def test_variables_are_settings():
    found = set(variables())
    assert len(found) > 10
    for path, name in found:
        if name in OUTSIDE_SETTINGS or name.removeprefix("FIELDOPS_") in CADDYS:
            continue
        section, _, member = name.removeprefix("FIELDOPS_").partition("__")
        model: type[BaseModel] = SECTIONS[section] if member else Settings
        fields = model.model_fields
        assert (member or section).lower() in fields, (path, name)


def test_drawn_secrets_and_compose_make_settings(tmp_path, monkeypatch):
    script = tmp_path / "make-secrets"
    script.write_bytes((DEPLOY / "compose" / "make-secrets").read_bytes())
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    assert subprocess.run(["sh", str(script)], capture_output=True).returncode != 0
    for name, text in compose()["x-fieldops"]["environment"].items():
        monkeypatch.setenv(name, text.replace("${FIELDOPS_SITE:-localhost}", "localhost"))
    monkeypatch.setenv("FIELDOPS_SECRETS_DIR", str(tmp_path / "secrets"))
    settings = load_settings(data_dir=tmp_path)
    password = (tmp_path / "secrets" / "postgres_password").read_text()
    assert settings.database_url == f"postgresql://fieldops:{password}@database:5432/fieldops"
    key = settings.blobs.secret_key.get_secret_value()
    identities = yaml.safe_load((tmp_path / "secrets" / "s3_identities").read_text())
    [identity] = identities["identities"]
    assert identity["credentials"] == [{"accessKey": "fieldops", "secretKey": key}]
    assert settings.blobs.access_key.get_secret_value() == "fieldops"
    assert auditkey.read(settings) is not None
    # Caddy is one of those whose word is believed.
    [network] = compose()["networks"]["default"]["ipam"]["config"]
    assert settings.proxies == (network["subnet"],)


def test_secrets_of_compose_are_those_drawn(tmp_path):
    script = (DEPLOY / "compose" / "make-secrets").read_text()
    for name, one in compose()["secrets"].items():
        assert one["file"] == f"secrets/{name}"
        assert f"> secrets/{name}" in script


def test_the_example_settings_load(tmp_path):
    example = DEPLOY / "systemd" / "fieldops.toml.example"
    assert load_settings(example).port == 8400
    whole = re.sub(r"^# (?=[a-z_\[])(?!/|Secrets)", "", example.read_text(), flags=re.MULTILINE)
    mended = tmp_path / "fieldops.toml"
    mended.write_text(whole + 'secret_key = "x"\n')
    assert load_settings(mended).blobs.kind == "s3"


# Form


def test_manifests_are_complete():
    [kustomization] = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    named = {*kustomization["resources"], "kustomization.yaml", "secret.example.yaml"}
    assert named == {path.name for path in MANIFESTS}
    for path in MANIFESTS:
        for one in documents(path):
            assert one["apiVersion"]
            assert one["kind"]


def test_pods_mount_what_exists_and_run_as_nobody():
    claims = {
        one["metadata"]["name"]
        for one in documents(DEPLOY / "kubernetes" / "storage.yaml")
        if one["kind"] == "PersistentVolumeClaim"
    }
    for path in ("server.yaml", "migrate.yaml", "backup.yaml"):
        for one in documents(DEPLOY / "kubernetes" / path):
            if one["kind"] not in {"Deployment", "Job", "CronJob"}:
                continue
            spec = one["spec"].get("jobTemplate", one)["spec"]["template"]["spec"]
            volumes = {volume["name"]: volume for volume in spec["volumes"]}
            [container] = spec["containers"]
            assert {mount["name"] for mount in container["volumeMounts"]} <= set(volumes)
            for volume in volumes.values():
                claim = volume.get("persistentVolumeClaim", {}).get("claimName")
                assert claim is None or claim in claims
            assert spec["securityContext"]["runAsNonRoot"] is True
            assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_compose_services_need_only_what_is_there():
    whole = compose()
    for one in whole["services"].values():
        assert set(one.get("depends_on", [])) <= set(whole["services"])
        assert set(one.get("secrets", [])) <= set(whole["secrets"])
        for volume in one.get("volumes", []):
            source = volume.split(":")[0]
            beside = (DEPLOY / "compose" / source).exists()
            assert beside if source.startswith("./") else source in whole["volumes"]


def test_the_image_copies_what_exists_and_runs_as_nobody():
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    sources = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
    last_stage = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last_stage, re.MULTILINE)
    for registry in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert "/" not in registry


def test_the_command_for_root_works_by_the_settings_and_the_user_of_the_service(tmp_path: Path):
    for name, says in (("id", "echo 0"), ("runuser", 'echo "$FIELDOPS_CONFIG" "$@"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    command = ["/bin/sh", str(DEPLOY / "systemd" / "command"), "site", "add", "CH", "Cuihu Garden"]
    said = subprocess.run(
        command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [
        "/etc/fieldops/fieldops.toml",
        *("-u", "fieldops", "--", "/opt/fieldops/bin/fieldops"),
        *("site", "add", "CH", "Cuihu", "Garden"),
    ]
