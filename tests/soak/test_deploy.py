"""What lies in deploy/ is taken by the tools that it is written for, where they are installed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.soak.product import ROOT
from tests.soak.proxied import CADDYFILE
from tests.soak.report import report

DEPLOY = ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
_EXPOSURE_MAX = 2.0
"""Of 10."""
pytestmark = pytest.mark.soak


def said(*command: str, **more: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with a program that is there."""
    for path in (DEPLOY / "systemd").glob("fieldops*.[st][ei]*"):
        text = path.read_text("utf-8").replace("/opt/fieldops/bin/fieldops", sys.executable)
        (tmp_path / path.name).write_text(text)
    return tmp_path


def _absent(tool: str) -> pytest.MarkDecorator:
    """The soak suites ask for none of these tools."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


@_absent("systemd-analyze")
def test_systemd_takes_every_unit(units: Path):
    told = said("systemd-analyze", "verify", "--man=no", *map(str, sorted(units.iterdir())))
    # What it says of a unit of ours is a fault, though it may not call it one.
    assert "fieldops" not in told, told


@_absent("systemd-analyze")
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_little_is_exposed(path: Path):
    told = said("systemd-analyze", "security", "--offline=true", "--no-pager", str(path))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", told)
    assert found, told
    report(f"systemd-analyze security {path.name}: {found[1]}")
    assert float(found[1]) <= _EXPOSURE_MAX, told


@_absent("caddy")
def test_caddy_takes_its_file():
    assert "Valid configuration" in said(
        "caddy", "validate", "--adapter", "caddyfile", "--config", str(CADDYFILE)
    )


@_absent("docker-compose")
def test_compose_takes_its_file(tmp_path: Path):
    text = (DEPLOY / "compose" / "compose.yaml").read_text("utf-8")
    if said("docker-compose", "version", "--short").startswith("1."):
        text = re.sub(r"^name: .*\n", "", text, flags=re.MULTILINE)  # It came with version 2.
    (tmp_path / "compose.yaml").write_text(text)
    (tmp_path / "Caddyfile").write_bytes(CADDYFILE.read_bytes())
    script = tmp_path / "make-secrets"
    script.write_bytes((DEPLOY / "compose" / "make-secrets").read_bytes())
    said("sh", str(script))
    said("docker-compose", "-f", str(tmp_path / "compose.yaml"), "config", "--quiet")


@_absent("kubectl")
def test_kubectl_builds_the_manifests():
    built = said("kubectl", "kustomize", str(DEPLOY / "kubernetes"))
    assert built.count("kind: CronJob") == 2
    assert "image: fieldops:" in built
