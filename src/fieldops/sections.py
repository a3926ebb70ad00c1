"""The sections of the settings: plugins, pictures, care; what is told to the outside; how people
sign in."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    model_validator,
)


class Section(BaseModel):
    """A table of the settings: its members are all known and none changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkerSettings(Section):
    """How the worker works: how often it looks, and what it grants a plugin's hook."""

    poll_ms: PositiveInt = 500
    sweep_s: PositiveInt = 600
    due_s: PositiveInt = 10
    """How often deadlines, follow-ups and rounds are looked at."""
    hook_budget_s: PositiveInt = 10
    """Seconds by the clock that one call of a hook may take; then its process is killed."""
    hook_budgets_s: dict[str, PositiveInt] = {}
    """Other budgets for single hooks, by name: ``{"check_photo": 60}``."""
    hook_tries: PositiveInt = 3
    hook_memory_mb: PositiveInt = 512
    """Address space of each plugin's process."""
    plugin_levels: dict[str, Annotated[int, Field(ge=1, le=3)]] = {}
    """Up to which data level a plugin sees what people wrote, by its name; 1 unless said."""
    rejudge_days: NonNegativeInt = 90
    """When a plugin comes in another version, it judges the changes of so many days again."""


class AuditSettings(Section):
    """What the audit is marked and signed with, where several machines serve one database.

    ``key`` belongs into a secret file (``fieldops_audit__key``), the same on every machine: 64
    hexadecimal digits, former ones after the present one.  Empty: a file of the data folder.
    """

    key: SecretStr = SecretStr("")


class MetricsSettings(Section):
    """Who may read ``/metrics``: whoever shows ``token`` as a bearer; nobody while it is empty.

    It belongs into a secret file (``fieldops_metrics__token``).
    """

    token: SecretStr = SecretStr("")


class PictureSettings(Section):
    """What the process that decodes photos is granted.

    ``budget_s`` are CPU-seconds a photo, ``memory_mb`` its address space, ``pixels_max`` the
    largest picture that is decoded (a smaller one where the memory would not suffice).
    """

    budget_s: PositiveInt = 5
    memory_mb: Annotated[int, Field(ge=128)] = 512
    pixels_max: PositiveInt = 64_000_000


KEPT_DAYS = 1095
"""Photos are kept at least three years (domain.md, "What is real in a site walk")."""


class CareSettings(Section):
    """The care of stored photos: collection of orphans, scrubbing, retention."""

    collect_hours: PositiveInt = 24
    """How often bytes that nobody names are looked for; their grace is ``orphan_grace_days``."""
    scrub_days: PositiveInt = 30
    """Every stored photo is read back and hashed once in so many days."""
    scrub_mb_s: PositiveInt = 20
    """How fast it is read back at most: 20 MB a second are 50 TB in 30 days."""
    retention_days: Annotated[int, Field(ge=0)] = 0
    """Photos of closed inspections are removed after so many days; 0 keeps them for ever."""
    retention_may_be_short: bool = False
    """Allows ``retention_days`` below three years, where law or contract ask for it."""

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if 0 < self.retention_days < KEPT_DAYS and not self.retention_may_be_short:
            raise ValueError(
                f"retention_days below {KEPT_DAYS} (three years) also needs"
                " retention_may_be_short = true"
            )
        return self


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no network, such as 10.20.0.0/16") from error


Network = Annotated[str, AfterValidator(_network)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class WebhookSettings(Section):
    """Where webhooks may go, how long one may take, and when it is given up."""

    http: bool = False
    """Allows addresses that begin with http://; what is sent can then be read on its way."""
    networks: tuple[Network, ...] = ()
    """Networks beside the public internet that endpoints may lie in, such as ``10.20.0.0/16``."""
    ports: Annotated[tuple[Port, ...], Field(min_length=1)] = (443, 8443)
    ca_file: Path | None = None
    """Certificates (PEM) that are trusted beside the machine's own: a company's authority."""
    connect_s: PositiveInt = 5
    read_s: PositiveInt = 10
    total_s: PositiveInt = 20
    """Seconds for the connection, for a silence of the consumer, and for one webhook in all."""
    first_pause_s: PositiveInt = 5
    most_pause_s: PositiveInt = 900
    """The pause after a failure: it begins so and doubles up to so much."""
    give_up_hours: PositiveInt = 72
    """An endpoint that fails for so long is suspended; its place in the log is kept."""
    refusals: PositiveInt = 5
    """So often an event is tried that the consumer itself refuses; then the next one goes."""
    refusals_in_row: PositiveInt = 20
    """An endpoint that refuses so many events in a row is suspended."""
    rotate_hours: PositiveInt = 24
    """How long a secret that was replaced still signs beside the new one."""


class MailSettings(Section):
    """The mail server that letters go out by; without a ``host`` none are written.

    ``tls``: ``starttls`` or ``tls`` (from the first byte); ``none`` is for a relay on this machine.
    """

    host: str = ""
    port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """0: 587 for ``starttls``, 465 for ``tls``, 25 for ``none``."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    """Certificates (PEM) that are trusted beside the machine's own."""
    sender: str = ""
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout_s: PositiveInt = 20
    digest_hour: Annotated[int, Field(ge=0, le=23)] = 8
    """At which hour of the organisation's day the digest goes out."""
    give_up_hours: PositiveInt = 72
    """A letter that cannot be handed over for so long is given up."""
    keep_days: PositiveInt = 90
    """How long letters are on record after they went out."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.host and "@" not in self.sender:
            raise ValueError("a host also needs sender, an e-mail address")
        if self.username and self.tls == "none":
            raise ValueError("username needs tls: the password would travel in the clear")
        return self

    @property
    def port_or_default(self) -> int:
        """The port of the settings, or the usual one."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.tls]


class ReportSettings(Section):
    """The scheduled monthly reports: which are made up for, and how long they are kept."""

    catch_up_months: Annotated[int, Field(ge=1, le=36)] = 6
    """Of so many months that are over, those without a report get one; the last one first."""
    keep_days: PositiveInt = 1095
    """So long after it was made a report is kept, three years (domain.md, rule 3); then it is
    removed, which the audit names, and not made again."""


class FormSettings(Section):
    """Public forms: how often they may be sent, and what they take."""

    form_hour: PositiveInt = 120
    """Entries an hour by one address of a form, by whomever."""
    address_hour: PositiveInt = 30
    """Entries an hour from one address of the network, on whatever forms: an estate's own wireless
    network, or a mobile carrier, may be one address for many."""
    photo_mb: Annotated[int, Field(ge=0, le=64)] = 20
    """How large the photo of an entry may be; 0 takes none."""


class SessionSettings(Section):
    """Sign-in of people at desks."""

    hours: Annotated[int, Field(ge=1, le=24)] = 12
    """A session's whole life: a working day (NIST SP 800-63B-4, 2.2.3 wants 24 h at most)."""
    idle_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """It ends earlier when nobody used it for so long (the same place recommends an hour)."""
    once_days: PositiveInt = 7
    """How long an administrator's or imported password opens its one sign-in."""


_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    return urlsplit(url).hostname in _LOOPBACK


class OidcSettings(Section):
    """Single sign-on by OpenID Connect; off while ``issuer`` is empty.

    The secret belongs into a secret file (``fieldops_oidc__client_secret``).
    """

    issuer: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    """Empty for a public client: PKCE is used either way."""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    login_claim: str = "email"
    """The claim whose value is a login here: ``email``, ``preferred_username``, ``upn`` ..."""
    name_claim: str = "name"
    domains: tuple[str, ...] = ()
    """Only e-mail addresses of these domains are let in; none named lets in every one."""
    create: bool = False
    """Make a person (without any grant) of whoever signs in first; else only those known here."""
    label: str = ""
    """What the button of the sign-in page calls head office."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if not self.issuer:
            return self
        if not self.client_id:
            raise ValueError("issuer also needs client_id")
        if not (self.issuer.startswith("https://") or is_loopback(self.issuer)):
            raise ValueError("issuer begins with https:// (http:// only on this machine)")
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")
        return self
