"""The settings of one server: `fieldops.toml`, the environment and secret files.

What stands first wins: arguments, ``FIELDOPS_…`` in the environment (``FIELDOPS_BLOBS__BUCKET``
for a member of a section), secret files, the TOML file, the defaults below.  A secret file is named
like its variable, in lower case (``fieldops_blobs__secret_key``), and lies in the folder that
``FIELDOPS_SECRETS_DIR`` names.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from fieldops.destinations import ExportSettings
from fieldops.sections import (
    AuditSettings,
    CareSettings,
    FormSettings,
    MailSettings,
    MetricsSettings,
    Network,
    OidcSettings,
    PictureSettings,
    ReportSettings,
    Section,
    SessionSettings,
    WebhookSettings,
    WorkerSettings,
)
from fieldops_sync.wire import Limits

CONFIG_FILE = "fieldops.toml"
"""Read from the current folder unless ``FIELDOPS_CONFIG`` or the caller names another file."""

URLS = ("sqlite:///", "postgresql://")
"""How the address of a database begins."""

Language = Literal["zh-CN", "en"]
_LIMITS = Limits()


class SettingsError(ValueError):
    """The settings cannot be used; the text names each bad one and says why."""


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no IANA time zone, such as Asia/Shanghai") from error
    return name


def _database(url: str) -> str:
    if not url.startswith(URLS):
        raise ValueError(f"must begin with {URLS[0]} or {URLS[1]}")
    return url


Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
"""A folder; a relative one is taken from the current folder when the settings are read."""

Weight = Annotated[int, Field(ge=0, le=100)]


class BlobSettings(Section):
    """Where photos are kept: a folder of this machine, or a bucket of an S3-compatible server."""

    kind: Literal["disk", "s3"] = "disk"
    folder: Folder | None = None
    endpoint: str = ""
    bucket: str = ""
    prefix: str = ""
    region: str = "us-east-1"
    secure: bool = True
    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    timeout_s: PositiveInt = 30
    tries: Annotated[int, Field(ge=1, le=10)] = 4
    direct: bool = False
    """Tablets send photos straight to the bucket, by signed PUT; they must be able to reach it."""
    public_url: str = ""
    """Where tablets reach the bucket's server, if not at ``endpoint``."""
    lock_days: NonNegativeInt = 0
    """How long the bucket itself keeps a photo from being deleted (needs object lock); 0: off."""
    lock_mode: Literal["governance", "compliance"] = "governance"
    """Who may undo that: in ``governance`` the bucket's owner, in ``compliance`` nobody at all."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        wanted = ("endpoint", "bucket", "access_key", "secret_key")
        missing = [name for name in wanted if self.kind == "s3" and not _plain(self, name)]
        if missing:
            raise ValueError(f"kind = 's3' also needs {', '.join(missing)}")
        if self.direct and self.kind != "s3":
            raise ValueError("direct = true needs kind = 's3'")
        if self.lock_days and self.kind != "s3":
            raise ValueError("lock_days needs kind = 's3'")
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise ValueError("public_url begins with http:// or https://")
        if "/" in self.endpoint:
            raise ValueError("endpoint is host or host:port; say http or https by `secure`")
        return self


def _plain(section: BlobSettings, name: str) -> str:
    value = getattr(section, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


class LimitSettings(Section):
    """The limits that `hello` announces (PROTOCOL.md, "Limits")."""

    batch_ops: PositiveInt = _LIMITS.batch_ops
    batch_bytes: PositiveInt = _LIMITS.batch_bytes
    op_bytes: PositiveInt = _LIMITS.op_bytes
    pull_bytes: PositiveInt = _LIMITS.pull_bytes
    device_sites: PositiveInt = _LIMITS.device_sites
    photo_bytes: PositiveInt = _LIMITS.photo_bytes
    device_uploads: PositiveInt = _LIMITS.device_uploads
    open_uploads: PositiveInt = _LIMITS.open_uploads
    decompression_ratio: PositiveInt = _LIMITS.decompression_ratio
    device_ops_per_day: PositiveInt = _LIMITS.device_ops_per_day

    def wire(self) -> Limits:
        """The limits as they travel."""
        return Limits(**self.model_dump())


class EvidenceWeights(Section):
    """What a note of each code adds to a photo's risk; 0 keeps the note and counts nothing."""

    same_bytes: Weight = 40
    near_duplicate: Weight = 25
    exif_time: Weight = 20
    claimed_time: Weight = 5
    late_claim: Weight = 10
    outside_fence: Weight = 30
    gps_disagrees: Weight = 20
    blurred: Weight = 10
    too_dark: Weight = 10
    counter_gap: Weight = 15
    undecodable: Weight = 30
    no_exif: Weight = 0
    """Cameras of browsers write no EXIF: by itself its absence says nothing."""


class EvidenceSettings(Section):
    """From where on something about a photo is noted for the supervisor, and what it weighs."""

    weights: EvidenceWeights = EvidenceWeights()
    near_bits: Annotated[int, Field(ge=0, le=8)] = 8
    """Pictures whose 64-bit difference hashes differ in so many bits at most are near-duplicates;
    more than 8 cannot be looked up."""
    plain_contrast: Annotated[float, Field(ge=0)] = 10.0
    """A picture of less contrast (standard deviation of its grey levels, 0 to 127) is compared with
    none and not called blurred: bare walls look alike."""
    exif_minutes: PositiveInt = 120
    """How far the camera's time may lie from the time that the tablet claims."""
    walk_hours: PositiveInt = 24
    """How long before it was recorded a photo may have been taken."""
    clock_minutes: PositiveInt = 10
    """How far a claimed time may lie after its receipt."""
    late_days: PositiveInt = 7
    """How long after it was taken a photo may be heard of."""
    gps_slack_m: Annotated[float, Field(ge=0)] = 50.0
    """Places are believed to be so exact, beside the accuracy that the tablet claims."""
    gps_accuracy_max_m: Annotated[float, Field(ge=0)] = 500.0
    """A worse claimed accuracy counts as this one."""
    gps_disagree_m: Annotated[float, Field(ge=0)] = 500.0
    """How far the camera's place may lie from the tablet's, beside the latter's accuracy."""
    blur_below: Annotated[float, Field(ge=0)] = 60.0
    """A picture whose Laplacian varies less (grey levels squared, at 512 px) is blurred."""
    dark_below: Annotated[float, Field(ge=0)] = 30.0
    """A picture whose mean grey level (0 to 255) is less is too dark."""
    breadth_points: Annotated[int, Field(ge=0, le=100)] = 2
    """What each further photo with a risk adds to that of the worst one of an inspection."""
    breadth_max: Annotated[int, Field(ge=0, le=100)] = 20
    """What all further photos add at most."""


class Settings(BaseSettings):
    """Everything about one server that its operator may decide."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="FIELDOPS_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    organisation: str = "fieldops"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("zh-CN", "en")
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "Asia/Shanghai"

    data_dir: Folder = Field(default=Path("var"), validate_default=True)
    spool_dir: Folder = Field(default_factory=lambda data: data["data_dir"] / "spool")
    spool_max_mb: NonNegativeInt = 0
    spool_free_mb: NonNegativeInt = 256
    """How much the spool may hold (0: any) and leaves free; beyond it parts are answered by 503."""
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=lambda data: f"sqlite:///{data['data_dir'] / 'fieldops.db'}"
    )
    blobs: BlobSettings = BlobSettings()

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8400
    public_url: str = ""
    proxies: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")
    """Networks whose ``X-Forwarded-For`` is believed: your own reverse proxies.  By the address it
    names, failed sign-ins and public entries are counted."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    limits: LimitSettings = LimitSettings()
    worker: WorkerSettings = WorkerSettings()
    audit: AuditSettings = AuditSettings()
    metrics: MetricsSettings = MetricsSettings()
    pictures: PictureSettings = PictureSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    care: CareSettings = CareSettings()
    webhooks: WebhookSettings = WebhookSettings()
    mail: MailSettings = MailSettings()
    reports: ReportSettings = ReportSettings()
    forms: FormSettings = FormSettings()
    sessions: SessionSettings = SessionSettings()
    oidc: OidcSettings = OidcSettings()
    export: ExportSettings = ExportSettings()
    password_profile: Literal["nist", "cn-mlps"] = "nist"
    """What a password has to be: NIST SP 800-63B-4, or what 等级保护 2.0 level 3 is assessed by."""
    plugins: tuple[str, ...] | None = None
    """The plugins that may load, by name; none named means every installed one."""
    plugin_settings: dict[str, dict[str, Any]] = {}
    """Each plugin's own settings, by its name; their type is the plugin's."""

    token_hours: PositiveInt = 1
    enrol_minutes: PositiveInt = 10
    revocation_cache_s: PositiveInt = 30
    hold_days: PositiveInt = 5
    orphan_grace_days: PositiveInt = 30
    upload_hours: PositiveInt = 72
    debt_days: PositiveInt = 3
    """When ``fieldops doctor`` warns of photos that were announced and have not arrived."""
    link_minutes: PositiveInt = 10
    """How long a signed link to a photo opens, at most."""
    tombstone_days: PositiveInt = 180
    device_keep_days: PositiveInt = 14

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.oidc.issuer and not self.public_url:
            raise ValueError("oidc.issuer also needs public_url: people are sent back there")
        return self

    @property
    def blob_folder(self) -> Path:
        """Where the disk store keeps photos."""
        return self.blobs.folder or self.data_dir / "blobs"

    @property
    def export_folder(self) -> Path:
        """Where runs of the export are written; they are kept in the photo store."""
        return self.export.folder or self.data_dir / "exports"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take secrets from nested files too, and no `.env` file: one place less to look at."""
        del dotenv_settings
        given = dict(init_settings())
        table = given.pop(_TABLE, {})
        sources = [InitSettingsSource(settings_cls, given), env_settings]
        folder = os.environ.get("FIELDOPS_SECRETS_DIR")
        if folder:
            sources.append(NestedSecretsSettingsSource(file_secret_settings, secrets_dir=folder))
        return (*sources, InitSettingsSource(settings_cls, table))


_TABLE = "__table__"
"""The key by which ``load_settings`` hands over what the TOML file says."""


def load_settings(path: Path | None = None, **given: Any) -> Settings:
    """Read the settings of this machine; ``given`` overrides single ones (command-line options).

    Without ``path`` the file is the one that ``FIELDOPS_CONFIG`` names, or `fieldops.toml` of the
    current folder if there is one.  Raises ``SettingsError`` if the file or a value is no good.
    """
    given[_TABLE] = _read_table(path)
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from error


def _read_table(path: Path | None) -> dict[str, Any]:
    named = path or (Path(found) if (found := os.environ.get("FIELDOPS_CONFIG")) else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: is not valid TOML ({error})") from error


def _sentences(error: ValidationError) -> list[str]:
    """What is wrong, a line each; not what only follows from it."""
    rows = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        f"{'.'.join(map(str, row['loc'])) or 'settings'}: {_plainly(row['type'], row['msg'])}"
        for row in rows
        if row["type"] != "default_factory_not_called"
    ]


def _plainly(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "there is no such setting"
    return message.removeprefix("Value error, ")
