"""What is fetched from an identity provider: small JSON documents, within bounds, straight.

No redirects are followed and nothing but https is asked (http on this machine only), so that a
document of the provider cannot send this server anywhere else.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import urllib3

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.sections import is_loopback

_TIMEOUT_S = 5.0
_BYTES_MAX = 256 * 1024
Document = dict[str, Any]
_NOT_HTTPS = Said("登录服务给出的地址不是 https", "the provider names an address that is not https")
_NO_OBJECT = Said("登录服务的回答不是 JSON 对象", "the provider's answer is no JSON object")


def down(detail: Said) -> ProblemError:
    """The provider cannot be reached, or what it says makes no sense."""
    return ProblemError(problem("sso-down", detail))


def may_ask(url: object) -> bool:
    """Whether this is an address of the provider that can be asked."""
    if not isinstance(url, str):
        return False
    return url.startswith("https://") or (url.startswith("http://") and is_loopback(url))


class Fetch:
    """One pool of connections to a provider."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(total=_TIMEOUT_S), retries=False, maxsize=4
        )

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Document:
        """A JSON object.  Raises ``ProblemError`` sso-down."""
        status, document = self._ask("GET", url, headers or {}, None)
        if status != 200:
            raise down(Said(f"登录服务返回 {status}", f"the provider answered {status}"))
        return document

    def post(self, url: str, headers: Mapping[str, str], form: str) -> tuple[int, Document]:
        """A form's answer: status and JSON object.  Raises ``ProblemError`` sso-down."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, {**headers, **kind}, form)

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: str | None
    ) -> tuple[int, Document]:
        if not may_ask(url):
            raise down(_NOT_HTTPS)
        wanted = {"Accept": "application/json", **headers}
        try:
            answer = self._pool.request(
                method, url, headers=wanted, body=body, redirect=False, preload_content=False
            )
            with answer:
                raw = answer.read(_BYTES_MAX + 1)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise down(Said("无法连接登录服务", "the provider cannot be reached")) from error
        return answer.status, _read(raw)


def _read(raw: bytes) -> Document:
    """A JSON object; msgspec refuses what is nested without end, or no Unicode."""
    try:
        if len(raw) > _BYTES_MAX:
            raise down(Said("登录服务的回答过长", "the provider's answer is too long"))
        return msgspec.json.decode(raw, type=Document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise down(_NO_OBJECT) from error
