"""The servers that the tests start are real, shared, and gone afterwards."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from tests import servers

ROOT = Path(__file__).parents[2]


def test_a_database_is_fresh_and_durable(empty_postgres_database: str) -> None:
    with psycopg.connect(empty_postgres_database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone()
        settings = connection.execute(
            "SELECT current_setting('synchronous_commit'), current_setting('fsync')"
        ).fetchone()
    assert tables == (0,)
    assert settings == ("on", "on")


def test_two_databases_do_not_share_tables(make_postgres_database) -> None:
    one, other = make_postgres_database(), make_postgres_database()
    with psycopg.connect(one) as connection:
        connection.execute("CREATE TABLE t (a int)")
    with psycopg.connect(other) as connection:
        found = connection.execute("SELECT to_regclass('t')").fetchone()
    assert found == (None,)


def test_a_bucket_keeps_what_was_put(s3_server: servers.Note, s3_bucket: str) -> None:
    client = servers.s3_client(s3_server)
    client.put_object(s3_bucket, "a/b", io.BytesIO(b"123"), 3)
    answer = client.get_object(s3_bucket, "a/b")
    assert answer.read() == b"123"
    answer.close()


_INNER = """
from tests import servers
import json, os
def test_it(postgres_url, request):
    with open(os.environ["OUT"], "w") as out:
        json.dump(servers.postgres(), out)
"""


@pytest.mark.unmeasured
def test_a_finished_run_leaves_no_server_behind(tmp_path: Path) -> None:
    inner, out = tmp_path / "test_inner.py", tmp_path / "out.json"
    inner.write_text(_INNER)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"OUT": str(out), "TMPDIR": str(tmp_path)}
    environment.pop("FIELDOPS_TEST_POSTGRES", None)
    tmp_path.chmod(0o755)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command += ["-p", "tests.conftest", "--rootdir", str(ROOT), str(inner)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    pid = int(json.loads(out.read_text())["pid"])
    assert not psutil.pid_exists(pid)
    assert not list(tmp_path.glob("fieldops-tests-*"))
