"""A wrong setting stops the program and names its variable."""

import ipaddress
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.outside_services import OPENAI
from core.settings.every_setting import EVERY_SETTING, find_unknown
from core.settings.setting import SettingsError
from core.settings.settings import Settings, read_client_settings, read_settings
from core.vocabulary import Role

SECRET = "s" * 32


def read(tmp_path: Path, **environ: str) -> Settings:
    return read_settings({"KANTEI_DATA_DIR": str(tmp_path), **environ})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KANTEI_MAX_PIXELS", "many"),
        ("KANTEI_MAX_PIXELS", "0"),
        ("KANTEI_MAX_IMAGE_BYTES", "12.5"),
        ("KANTEI_FETCH_TIMEOUT", "soon"),
        ("KANTEI_FETCH_TIMEOUT", "nan"),
        ("KANTEI_FETCH_TIMEOUT", "-1"),
        ("KANTEI_FETCH_ALLOW", "127.0.0.1/33"),
        ("KANTEI_FETCH_ALLOW", "10.0.0.1/8"),
        ("KANTEI_FETCH_ALLOW", "localhost"),
        ("KANTEI_FETCH_ALLOW", "user@host:80"),
        ("KANTEI_FETCH_ALLOW", "host:80/path"),
        ("KANTEI_FETCH_ALLOW", "host:99999"),
        ("KANTEI_FETCH_ALLOW", "bad host:80"),
        ("KANTEI_FETCH_PORTS", "80,http"),
        ("KANTEI_FETCH_PORTS", "70000"),
        ("KANTEI_WORKER_CONCURRENCY", "0"),
        ("KANTEI_CLASSIFIER_THREADS", "0"),
        ("KANTEI_RETENTION_DAYS", "-3"),
        ("KANTEI_DATABASE_URL", "mysql://x"),
        ("KANTEI_BROKER_URL", "amqp://x"),
        ("KANTEI_SECRET_KEY", "short"),
        ("KANTEI_SECRET_KEY_FILE", "/nowhere/at/all"),
        ("KANTEI_SECURE_COOKIES", "yes"),
        ("KANTEI_TRUSTED_PROXIES", "-1"),
        ("KANTEI_EXTENSION_ORIGINS", "*"),
        ("KANTEI_EXTENSION_ORIGINS", "https://example.com"),
        ("KANTEI_OUTSIDE_SERVICES", "Somebody"),
        ("KANTEI_OUTSIDE_SERVICES", "Somebody=http://checks.example/"),
        ("KANTEI_OUTSIDE_SERVICES", "Somebody=https://user:key@checks.example/"),
        ("KANTEI_OUTSIDE_SERVICES", "OpenAI,OpenAI=https://checks.example/"),
        ("KANTEI_OUTSIDE_SERVICES", "<b>=https://checks.example/"),
        ("KANTEI_OUTSIDE_KEYS", "=sk-1"),
        ("KANTEI_C2PA_ANCHORS", "/nowhere/at/all.pem"),
        ("KANTEI_C2PA_ALLOWED", "README.md"),
        ("KANTEI_C2PA_TRUST_LISTS", "official,mine"),
        ("KANTEI_BLOBS_URL", "https://bucket"),
        ("KANTEI_BLOBS_URL", "s3://Bucket"),
        ("KANTEI_BLOBS_URL", "s3://key:secret@bucket"),
        ("KANTEI_BLOBS_URL", "s3://bucket/../other"),
        ("KANTEI_BLOBS_URL", "s3://bucket?endpoint=ftp://host"),
        ("KANTEI_BLOBS_URL", "s3://bucket?endpont=https://host"),
        ("KANTEI_BLOBS_URL", "s3://bucket?style=odd"),
        ("KANTEI_PUBLIC_URL", "https://desk.example/kantei"),
        ("KANTEI_PUBLIC_URL", "desk.example"),
        ("KANTEI_SECOND_FACTOR_ROLES", "lead,king"),
        ("KANTEI_IDLE_MINUTES", "721"),
        ("KANTEI_OPENID_ROLES", "desk"),
        ("KANTEI_OPENID_ROLES", "desk=king"),
        ("KANTEI_OPENID_ROLES", "=lead"),
        ("KANTEI_OPENID_ISSUER", "login.example"),
        ("KANTEI_OPENID_CLIENT_ID", ""),
        ("KANTEI_PASSWORDS", "0"),
    ],
)
def test_a_wrong_value_stops_the_program_and_names_the_variable(
    tmp_path: Path, name: str, value: str
) -> None:
    needs = {"KANTEI_OPENID_ISSUER": "https://login.example"} if name == "KANTEI_OPENID_CLIENT_ID" else {}
    with pytest.raises(SettingsError, match=re.escape(name)):
        read(tmp_path, **{name: value}, **needs)


def test_the_names_of_a_provider_are_read_with_their_roles(tmp_path: Path) -> None:
    names = " kantei=admins=admin , desk = moderator,"
    found = read(tmp_path, KANTEI_OPENID_ROLES=names, KANTEI_SECOND_FACTOR_ROLES="lead, admin")
    assert found.openid_roles == (("kantei=admins", Role.ADMIN), ("desk", Role.MODERATOR))
    assert found.second_factor_roles == {Role.LEAD, Role.ADMIN}
    assert read(tmp_path, KANTEI_PUBLIC_URL="https://Desk.Example/").public_url == "https://desk.example"


def test_a_worker_has_two_children_for_each_core_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.settings.setting_values.cores", lambda: 3)
    environ = {"KANTEI_DATA_DIR": str(tmp_path)}
    assert read_settings(environ).worker_concurrency == 6
    assert read_settings(environ | {"KANTEI_WORKER_CONCURRENCY": "1"}).worker_concurrency == 1


def test_every_setting_has_a_default_that_needs_no_server(tmp_path: Path) -> None:
    settings = read_settings({"KANTEI_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/kantei.sqlite3"
    assert settings.is_embedded_broker
    assert settings.max_image_bytes == 20 * 1024 * 1024
    assert settings.max_pixels == 50_000_000
    assert settings.fetch_timeout == 20
    assert settings.fetch_allow.networks == ()


def test_the_first_start_makes_a_secret_that_the_second_reads(tmp_path: Path) -> None:
    first = read_settings({"KANTEI_DATA_DIR": str(tmp_path)})
    second = read_settings({"KANTEI_DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_secret_comes_from_the_environment_or_a_file_but_not_both(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    from_file = read_settings({"KANTEI_DATA_DIR": str(tmp_path), "KANTEI_SECRET_KEY_FILE": str(file)})
    assert from_file.secret_key == SECRET
    with pytest.raises(SettingsError, match="both"):
        read(tmp_path, KANTEI_SECRET_KEY=SECRET, KANTEI_SECRET_KEY_FILE=str(file))


def test_what_may_be_fetched_is_networks_and_single_hosts(tmp_path: Path) -> None:
    settings = read_settings(
        {"KANTEI_DATA_DIR": str(tmp_path), "KANTEI_FETCH_ALLOW": "127.0.0.1/32, ::1/128,Images.Test:9000"}
    )
    assert settings.fetch_allow.networks == (
        ipaddress.ip_network("127.0.0.1/32"),
        ipaddress.ip_network("::1/128"),
    )
    assert settings.fetch_allow.hosts == {("images.test", 9000)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KANTEI_DATABASE_URL", "mysql://kantei:hunter2@host/name"),
        ("KANTEI_BROKER_URL", "amqp://kantei:hunter2@host"),
        ("KANTEI_SECRET_KEY", "hunter2"),
        ("KANTEI_BLOBS_URL", "s3://key:hunter2@bucket"),
        ("KANTEI_TRACES_URL", "http://kantei:hunter2@collector:4318/v1/traces"),
    ],
)
def test_an_error_shows_no_secret(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, **{name: value})
    assert str(caught.value).startswith(name)
    assert "hunter2" not in str(caught.value)


def test_settings_that_are_printed_show_no_secret(tmp_path: Path) -> None:
    secrets = {one.name: "hunter2" for one in EVERY_SETTING if one.is_secret} | {
        "KANTEI_DATABASE_URL": "postgresql://kantei:hunter2@host/name",
        "KANTEI_BROKER_URL": "redis://:hunter2@host/0",
        "KANTEI_SECRET_KEY": "hunter2" * 8,
    }
    settings = read_settings({"KANTEI_DATA_DIR": str(tmp_path), "KANTEI_BLOBS_URL": "s3://bucket", **secrets})
    assert settings.blobs is not None
    assert settings.blobs.secret_key == "hunter2"
    assert "hunter2" not in repr((settings, settings.blobs, read_client_settings(secrets)))


def test_keys_for_a_bucket_come_in_pairs(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="KANTEI_BLOBS_ACCESS_KEY and KANTEI_BLOBS_SECRET_KEY"):
        read(tmp_path, KANTEI_BLOBS_URL="s3://bucket", KANTEI_BLOBS_ACCESS_KEY="key")


def test_a_client_reads_its_server_and_key_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("kt_key\n")
    settings = read_client_settings({"KANTEI_API_KEY_FILE": str(file), "KANTEI_MAX_PIXELS": "many"})
    assert (settings.server, settings.api_key) == ("http://127.0.0.1:8000", "kt_key")
    with pytest.raises(SettingsError, match="KANTEI_SERVER"):
        read_client_settings({"KANTEI_SERVER": "kantei.example"})
    read(tmp_path, KANTEI_SERVER="kantei.example")  # no part of a server reads it


@pytest.mark.processes
def test_the_readme_has_the_table_of_what_is_declared() -> None:
    """`.venv/bin/python script/settings` writes it."""
    command = [sys.executable, "script/settings", "--check"]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stdout == ""
    assert "| `KANTEI_API_KEY` (`…_FILE`) | none | API key" in Path("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("KANTEI_FETCH_TIMOUT", "KANTEI_FETCH_TIMEOUT"),
        ("KANTEI_MAX_PIXEL", "KANTEI_MAX_PIXELS"),
        ("KANTEI_DATABASE_FILE", "KANTEI_DATABASE_URL_FILE"),
        ("KANTEI_RATE_LIMIT_FILE", "KANTEI_RATE_LIMIT"),
        ("Kantei_Secure_Cookies", "KANTEI_SECURE_COOKIES"),
        ("KANTEI_COLOUR", None),
    ],
)
def test_a_misspelt_setting_is_found_with_the_one_that_is_meant(name: str, meant: str | None) -> None:
    assert find_unknown({name: "1"}) == [(name, meant)]


@pytest.mark.parametrize(
    "name",
    [
        "KANTEI_SECRET_KEY_FILE",
        "KANTEI_TEST_REDIS",
        "KANTEI_SERVICE_HOST",
        "KANTEI_PORT_8000_TCP_ADDR",
        "HOME",
    ],
)
def test_what_is_no_misspelt_setting_is_let_be(name: str) -> None:
    assert find_unknown({name: "1"}) == []


def test_services_are_off_until_they_are_named_with_a_key(tmp_path: Path) -> None:
    data = {"KANTEI_DATA_DIR": str(tmp_path)}
    assert read_settings(data).services_with_keys == ()
    named = data | {"KANTEI_OUTSIDE_SERVICES": "OpenAI, Lab=https://checks.example/v1"}
    with pytest.raises(SettingsError, match="KANTEI_OUTSIDE_KEYS must have a key for Lab"):
        read_settings(named | {"KANTEI_OUTSIDE_KEYS": "OpenAI=sk-1"})
    settings = read_settings(named | {"KANTEI_OUTSIDE_KEYS": "OpenAI=sk-1, Lab=k=2"})
    assert [(one.name, one.url, one.key) for one in settings.services_with_keys] == [
        ("OpenAI", OPENAI, "sk-1"),
        ("Lab", "https://checks.example/v1", "k=2"),
    ]
    assert "sk-1" not in repr(settings)
    assert "sk-1" not in repr(settings.services_with_keys)


def test_behind_a_trusted_proxy_cookies_are_secure_and_cannot_be_made_otherwise(tmp_path: Path) -> None:
    assert read(tmp_path, KANTEI_TRUSTED_PROXIES="1").secure_cookies
    assert not read(tmp_path).secure_cookies
    with pytest.raises(SettingsError, match="KANTEI_SECURE_COOKIES must not be off"):
        read(tmp_path, KANTEI_TRUSTED_PROXIES="1", KANTEI_SECURE_COOKIES="0")
