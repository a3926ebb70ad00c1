"""Settings: where they come from, what wins, and how a bad one is told."""

from pathlib import Path

import msgspec
import pytest

from fieldops.settings import LimitSettings, SettingsError, load_settings
from fieldops_sync.wire import Limits


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "SECRETS_DIR", "PORT", "DATA_DIR"):
        monkeypatch.delenv(f"FIELDOPS_{name}", raising=False)


SSO = 'issuer = "https://sso.example"'


def test_without_any_file_everything_lies_in_the_data_folder(tmp_path: Path):
    settings = load_settings()
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/fieldops.db"
    assert settings.blob_folder == tmp_path / "var" / "blobs"
    assert settings.spool_dir == tmp_path / "var" / "spool"
    assert settings.languages == ("zh-CN", "en")
    assert (settings.hold_days, settings.orphan_grace_days) == (5, 30)
    assert settings.plugins is None


def test_a_given_data_folder_moves_what_follows_it(tmp_path: Path):
    settings = load_settings(data_dir=tmp_path / "elsewhere")
    assert settings.database_url.endswith("/elsewhere/fieldops.db")
    assert settings.blob_folder == tmp_path / "elsewhere" / "blobs"


def test_the_limits_are_those_of_the_wire():
    assert LimitSettings().wire() == Limits()
    names = {field.name for field in msgspec.structs.fields(Limits)}
    assert names == set(LimitSettings.model_fields)


def test_the_file_of_the_current_folder_is_read(tmp_path: Path):
    (tmp_path / "fieldops.toml").write_text(
        'organisation = "东湖物业"\nport = 9000\nplugins = ["cleaning"]\n[limits]\nbatch_ops = 7\n',
        encoding="utf-8",
    )
    settings = load_settings()
    assert settings.organisation == "东湖物业"
    assert settings.limits.wire().batch_ops == 7
    assert settings.limits.wire().op_bytes == Limits().op_bytes
    assert settings.plugins == ("cleaning",)


def test_argument_beats_environment_beats_secret_beats_file(tmp_path: Path, monkeypatch):
    (tmp_path / "other.toml").write_text(
        'port = 1\nhost = "file"\ntimezone = "UTC"\norganisation = "file"\n'
    )
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "fieldops_host").write_text("secret")
    (tmp_path / "secrets" / "fieldops_organisation").write_text("secret")
    monkeypatch.setenv("FIELDOPS_CONFIG", str(tmp_path / "other.toml"))
    monkeypatch.setenv("FIELDOPS_SECRETS_DIR", str(tmp_path / "secrets"))
    monkeypatch.setenv("FIELDOPS_ORGANISATION", "environment")
    monkeypatch.setenv("FIELDOPS_PORT", "2")
    settings = load_settings(port=3)
    assert (settings.port, settings.organisation) == (3, "environment")
    assert (settings.host, settings.timezone) == ("secret", "UTC")


def test_secrets_come_from_files_and_never_show(tmp_path: Path, monkeypatch):
    for name in ("fieldops_blobs__secret_key", "fieldops_oidc__client_secret"):
        (tmp_path / name).write_text("open sesame\n")
    monkeypatch.setenv("FIELDOPS_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("FIELDOPS_BLOBS__ACCESS_KEY", "me")
    monkeypatch.setenv("FIELDOPS_BLOBS__KIND", "s3")
    monkeypatch.setenv("FIELDOPS_BLOBS__ENDPOINT", "127.0.0.1:9000")
    monkeypatch.setenv("FIELDOPS_BLOBS__BUCKET", "photos")
    settings = load_settings()
    assert settings.blobs.secret_key.get_secret_value() == "open sesame"
    assert settings.oidc.client_secret.get_secret_value() == "open sesame"
    assert "sesame" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("port = 70000", "port: "),
        ("colour = 1", "colour: there is no such setting"),
        ("[limits]\nbatch = 1", "limits.batch: there is no such setting"),
        ('timezone = "Mars/Olympus"', "timezone: 'Mars/Olympus' is no IANA"),
        ('database_url = "mysql://x"', "database_url: must begin with sqlite:///"),
        ('[blobs]\nkind = "s3"', "needs endpoint, bucket, access_key, secret_key"),
        ('[blobs]\nendpoint = "http://x"', "say http or https by `secure`"),
        ("languages = []", "languages: "),
        ('password_profile = "weak"', "password_profile: Input should be 'nist' or 'cn-mlps'"),
        ('proxies = ["here"]', "'here' is no network"),
        (f"[oidc]\n{SSO}", "issuer also needs client_id"),
        (f'[oidc]\n{SSO}\nclient_id = "x"', "oidc.issuer also needs public_url"),
        (f'[oidc]\n{SSO}\nclient_id = "x"\nscopes = ["email"]', "scopes must hold openid"),
        ('[oidc]\nissuer = "http://sso"\nclient_id = "x"', "issuer begins with https://"),
        ("= 1", "is not valid TOML"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, text: str, told: str):
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert told in str(caught.value)


def test_a_named_file_must_exist(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"gone.toml: cannot be read"):
        load_settings(tmp_path / "gone.toml")


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1
