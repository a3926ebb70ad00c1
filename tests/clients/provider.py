"""npm ``oidc-provider`` as a process: a real identity provider for single sign-on."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct
from tests import browsers, measuring
from tests.factories import free_port

CLIENT, SECRET = "fieldops-desk", "a secret of the tests: +/%"


class Office(Struct, frozen=True):
    """A provider that runs: ``settings`` are what a server is told of it."""

    issuer: str
    desk: str

    @property
    def settings(self) -> dict[str, Any]:
        return {"issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET}

    def sign_in(self, url: str, login: str) -> str:
        """Follow a desk's redirect as a browser would, sign in and consent; the callback."""
        with httpx.Client(trust_env=False) as client:
            answer = client.get(url)
            while not (found := answer.headers.get("location", "")).startswith(self.desk):
                if answer.status_code == 200:
                    prompt = re.findall(r'name="prompt" value="(\w+)"', answer.text)[0]
                    form = {"prompt": prompt, "login": login, "password": "any"}
                    answer = client.post(str(answer.url), data=form)
                else:
                    assert answer.status_code == 303, answer.text
                    answer = client.get(str(answer.url.join(found)))
        return str(found)


@contextmanager
def head_office(modules: Path, desk: str, in_user_info: bool = True) -> Iterator[Office]:
    """A provider that knows one desk, by its public address.

    ``in_user_info`` tells names and addresses there only, as OpenID Connect has it; many providers
    put them into the ID token as well.
    """
    port = free_port()
    office = Office(f"http://127.0.0.1:{port}", desk)
    told = {
        "modules": str(modules),
        "issuer": office.issuer,
        "port": port,
        "desk": desk,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "in_user_info": in_user_info,
    }
    command = [browsers.node_path(), str(browsers.PACKAGES / "provider.mjs"), json.dumps(told)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=measuring.without_coverage()
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == b"listening":
                break
        assert process.poll() is None, "oidc-provider did not start"
        yield office
    finally:
        process.kill()
        process.wait()
