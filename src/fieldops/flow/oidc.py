"""Head office's sign-in: OpenID Connect, code flow with PKCE (OpenID Connect Core 1.0; RFC 9700).

    browser ── /oidc/start ──→ here: state, nonce, verifier, sealed into a cookie
       └──→ provider: who are you? ──→ browser ── /oidc/callback?code&state&iss ──→ here
                                                     └──→ provider: code and verifier for tokens

What is checked: the state against the cookie (the same browser), ``iss`` of the answer (RFC 9207),
the ID token's signature by a key of the provider and an algorithm of ours (``oidckeys``), then its
issuer, audience, times and nonce.
"""

import base64
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc import jwt
from joserfc.errors import JoseError

from fieldops.flow.oidcfetch import Document, Fetch, down, may_ask
from fieldops.flow.oidcflow import Answer, Flow, failed
from fieldops.flow.oidckeys import Published
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said
from fieldops.sections import OidcSettings

_LEEWAY_S = 60
"""How far the provider's clock may be off."""


class Provider:
    """One identity provider, as the settings name it; used by many threads."""

    def __init__(
        self, settings: OidcSettings, public_url: str, clock: Callable[[], int], fetch: Fetch
    ) -> None:
        self.settings = settings
        self._here = public_url.rstrip("/")
        self._clock, self._fetch = clock, fetch
        self._published = Published(settings.issuer, clock, fetch)

    @property
    def callback(self) -> str:
        """Where the provider sends people back to; it has to know this address."""
        return f"{self._here}/oidc/callback"

    def begin(self, to: str, lasts_s: int) -> tuple[str, Flow]:
        """Where to send a browser, and the flow that it keeps.  Raises sso-down."""
        # Loaded where it is used: most servers have no head office.
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        flow = Flow(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            to=to,
            until_ms=self._clock() + lasts_s * 1000,
        )
        url = prepare_grant_uri(
            self._published.metadata()["authorization_endpoint"],
            self.settings.client_id,
            "code",
            redirect_uri=self.callback,
            scope=" ".join(self.settings.scopes),
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return str(url), flow

    def check_answer(self, flow: Flow, answer: Answer) -> None:
        """Whether it answers this flow, and comes from this provider.  Raises sso-failed."""
        if not secrets.compare_digest(answer.state.encode(), flow.state.encode()):
            raise failed(Said("state 不属于本次登录", "the state is another one's"))
        asked = (
            self._published.metadata().get("authorization_response_iss_parameter_supported") is True
        )
        if (asked or answer.issuer) and answer.issuer != self.settings.issuer:
            raise failed(Said("回答来自其他签发者", "the answer is of another issuer"))
        if answer.error or not answer.code:
            raise failed(_says(_word(answer.error) or "no code"))

    def redeem(self, flow: Flow, code: str) -> dict[str, Any]:
        """The claims that a code stands for.  Raises ``ProblemError`` sso-failed or sso-down."""
        tokens = self._tokens(flow, code)
        claims = self.read_id_token(tokens.get("id_token"), flow.nonce)
        wanted = {self.settings.login_claim, "email" if self.settings.domains else "sub"}
        endpoint = self._published.metadata().get("userinfo_endpoint")
        if wanted <= claims.keys() or endpoint is None:
            return claims
        bearer = {"Authorization": f"Bearer {tokens.get('access_token')}"}
        more = self._fetch.get(endpoint, bearer)
        if more.get("sub") != claims["sub"]:
            raise failed(Said("用户信息属于他人", "the user info is about somebody else"))
        return {**more, **claims}

    def _tokens(self, flow: Flow, code: str) -> Document:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": flow.verifier,
        }
        endpoint = self._published.metadata()["token_endpoint"]
        headers, more = self._credentials()
        status, document = self._fetch.post(endpoint, headers, urlencode(form | more))
        if status == 400 and document.get("error") == "invalid_grant":
            raise failed(_says("invalid_grant"))
        if status != 200:
            why = _word(document.get("error")) or status
            raise down(
                Said(f"登录服务拒绝了授权码：{why}", f"the provider refused the code: {why}")
            )
        return document

    def read_id_token(self, token: object, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that proves itself.  Raises sso-failed or sso-down."""
        if not isinstance(token, str):
            raise failed(Said("没有 ID 令牌", "there is no ID token"))
        claims = self._published.verified(token)
        rules = jwt.JWTClaimsRegistry(
            now=self._clock() // 1000,
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(claims)
        except JoseError as error:
            claim = _word(getattr(error, "claim", ""))
            told = Said(f"ID 令牌的 {claim} 不正确", f"the ID token's {claim} is wrong")
            raise failed(told) from error
        if claims.get("azp", self.settings.client_id) != self.settings.client_id:
            raise failed(Said("ID 令牌的 azp 不正确", "the ID token's azp is wrong"))
        return claims

    def sign_out_at(self) -> str:
        """Where the provider's own session can be ended (RP-Initiated Logout 1.0), or nothing.

        No ID token is kept to hint at who it is: the provider asks, if it wants to know.
        """
        try:
            endpoint = self._published.metadata().get("end_session_endpoint")
        except ProblemError:
            return ""
        if not may_ask(endpoint):
            return ""
        back = {
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": f"{self._here}/signin",
        }
        return f"{endpoint}{'&' if '?' in str(endpoint) else '?'}{urlencode(back)}"

    def _credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        """How we say who we are, as headers and form members: by what both sides can.

        In the header both parts are encoded as in a form (RFC 6749, 2.3.1).
        """
        client, secret = self.settings.client_id, self.settings.client_secret.get_secret_value()
        offered = self._published.metadata().get("token_endpoint_auth_methods_supported")
        if not secret:
            return {}, {"client_id": client}
        if isinstance(offered, list) and "client_secret_basic" not in offered:
            return {}, {"client_id": client, "client_secret": secret}
        both = f"{quote_plus(client)}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}, {}


def _word(text: object) -> str:
    """A code of the provider's, if it is one: nothing that it words is shown."""
    is_code = isinstance(text, str) and len(text) <= 60 and text.replace("_", "").isalnum()
    return str(text) if is_code and str(text).isascii() else ""


def _says(word: str) -> Said:
    return Said(f"登录服务返回：{word}", f"the provider says: {word}")
