"""What an identity provider publishes of itself: its addresses and the keys that it signs with.

Both are kept for an hour.  A key that is not among them makes us ask again, at most twice a minute,
so that a provider may change its keys at any time.
"""

from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from fieldops.flow.oidcfetch import Document, Fetch, down, may_ask
from fieldops.flow.oidcflow import failed
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said

_KEPT_MS = 3600 * 1000
_AGAIN_MS = 30 * 1000
"""So often at most keys are asked for because one is missing: anybody can name a key."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519")
"""Signatures with a public key: neither ``none`` nor HMAC, which a client's secret could forge."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Published:
    """One provider's metadata and keys, as far as they are known; used by many threads."""

    def __init__(self, issuer: str, clock: Callable[[], int], fetch: Fetch) -> None:
        self._issuer, self._clock, self._fetch = issuer, clock, fetch
        self._metadata: tuple[int, Document] | None = None
        self._keys: tuple[int, list[Key]] | None = None

    def metadata(self) -> Document:
        """Its metadata; an older one serves while it cannot be reached.  Raises sso-down."""
        if self._metadata is None or self._clock() - self._metadata[0] >= _KEPT_MS:
            base = self._issuer.rstrip("/")
            try:
                found = self._fetch.get(f"{base}/.well-known/openid-configuration")
            except ProblemError:
                if self._metadata is None:
                    raise
                return self._metadata[1]
            self._metadata = (self._clock(), self._checked(found))
        return self._metadata[1]

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of its keys has signed.  Raises sso-failed, sso-down."""
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError) as error:
            raise failed(Said("ID 令牌无法读取", "the ID token cannot be read")) from error
        if header.get("alg") not in _ALGORITHMS:
            told = Said("不允许该 ID 令牌的算法", "the ID token's algorithm is not allowed")
            raise failed(told)
        for key in self._fitting(header):
            try:
                return dict(jwt.decode(token, key, algorithms=list(_ALGORITHMS)).claims)
            except (JoseError, ValueError):
                continue
        raise failed(Said("ID 令牌由其他密钥签名", "the ID token is signed by another key"))

    def _fitting(self, header: Mapping[str, Any]) -> list[Key]:
        """The keys that may have signed it; they are asked for again if none may."""
        return self._named(header, _KEPT_MS) or self._named(header, _AGAIN_MS)

    def _named(self, header: Mapping[str, Any], kept_ms: int) -> list[Key]:
        if self._keys is None or self._clock() - self._keys[0] >= kept_ms:
            document = self._fetch.get(self.metadata()["jwks_uri"])
            self._keys = (self._clock(), _read_keys(document))
        name = header.get("kid")
        return [one for one in self._keys[1] if name in (None, one.kid)]

    def _checked(self, found: Document) -> Document:
        if found.get("issuer") != self._issuer:
            told = Said(
                "登录服务的名称与设置不符",
                "the provider calls itself by another name than the settings",
            )
            raise down(told)
        missing = [name for name in _ENDPOINTS if not may_ask(found.get(name))]
        if missing:
            names = ", ".join(missing)
            raise down(Said(f"登录服务未给出 {names}", f"the provider does not say its {names}"))
        return found


def _read_keys(document: Document) -> list[Key]:
    """The keys that sign; one that cannot be read is left out."""
    found: list[Key] = []
    rows = document.get("keys")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("kty") != "oct" and row.get("use", "sig") == "sig":
            try:
                found += KeySet.import_key_set({"keys": [row]}).keys
            except (JoseError, ValueError, KeyError, TypeError):
                continue
    return found
