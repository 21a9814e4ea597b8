"""`kantei moderator add` and `kantei client add`."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select

from core.clients.quota import Quota, QuotaPeriod
from core.clock import now
from core.settings.settings import read_settings
from kantei.clients.client_commands import client
from kantei.people.moderator_commands import moderator
from store.base.database import Database
from store.clients.clients import find_key, signing_secrets
from store.people.audit_log import ActFilter, ActLine, list_acts
from store.people.moderators import find_moderator
from store.people.passwords import is_password
from store.people.second_factors import Factors, add_app, factors_of, make_recovery_codes, new_app_secret
from store.people.sessions import find_login, start_login
from store.tables.client_tables import Client
from store.tables.people_tables import Moderator
from store.tables.review_tables import Event
from tests.spellings import ONE, SPELLINGS


@pytest.fixture(autouse=True)
def _empty_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "kantei.sqlite3")
    read_settings({"KANTEI_DATA_DIR": str(tmp_path)})  # makes the secret key
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("KANTEI_DATABASE_URL", raising=False)


@pytest.fixture
def kept(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'kantei.sqlite3'}")


def _run(*arguments: str) -> Result:
    group = moderator if arguments[0] == "moderator" else client
    return CliRunner().invoke(group, arguments[1:])


def test_a_moderator_is_added_with_a_password_for_once(kept: Database) -> None:
    result = _run("moderator", "add", " Aiko@Example.com ", "--role", "lead", "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.output)
    with kept.reading() as session:
        person = find_moderator(session, "aiko@example.com")
    kept.close()
    assert person
    assert (person.id, person.role.value, person.must_change_password) == (facts["id"], "lead", True)
    assert is_password(person.password_hash, facts["password"])
    assert facts["password"] not in person.password_hash


def test_a_known_moderator_is_not_added_again() -> None:
    assert _run("moderator", "add", "aiko@example.com").exit_code == 0
    again = _run("moderator", "add", "AIKO@example.com")
    assert again.exit_code == 1
    assert "already" in again.output


def test_an_admin_who_is_locked_out_gets_in_again(kept: Database, tmp_path: Path) -> None:
    facts = json.loads(_run("moderator", "add", "aiko@example.com", "--role", "admin", "--json").output)
    with kept.writing() as session:
        totp, at = new_app_secret(), now()
        code = TOTP(totp, 6, SHA1(), 30).generate(int(at.timestamp())).decode()  # noqa: S303  # RFC 6238
        assert add_app(session, facts["id"], totp, code, secret_key="x" * 40, at=at)
        make_recovery_codes(session, facts["id"])
        token = start_login(session, facts["id"], at)
    result = _run("moderator", "reset", "Aiko@example.com", "--second-factor", "--password")
    assert result.exit_code == 0, result.output
    password = result.output.split("not shown again): ")[1].split()[0]
    with kept.reading() as session:
        person = session.get_one(Moderator, facts["id"])
        assert is_password(person.password_hash, password)
        assert person.must_change_password
        assert factors_of(session, facts["id"]) == Factors()
        assert find_login(session, token, at) is None
        told = session.scalars(select(Event.kind).where(Event.subject == "aiko@example.com")).all()
    assert {"password_reset", "second_factor_reset"} <= set(told)
    kept.close()
    assert _run("moderator", "reset", "aiko@example.com").exit_code == 2
    assert _run("moderator", "reset", "nobody@example.com", "--password").exit_code == 1


@pytest.mark.parametrize("email", ["", "aiko", "a@b@c", "a b@example.com", "<script>@x"])
def test_what_is_no_address_is_no_moderator(email: str) -> None:
    assert _run("moderator", "add", email).exit_code == 2


def test_a_client_is_added_with_key_and_secret(kept: Database, tmp_path: Path) -> None:
    result = _run(
        "client", "add", "日の出", "--source", "marketplace", "--scheme", "shopify", "--secret", "their own",
        "--callback-url", "HTTPS://Shop.example/hook", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    facts = json.loads(result.output)
    assert (facts["name"], facts["source"], facts["scheme"]) == ("日の出", "marketplace", "shopify")
    assert facts["callback_url"] == "https://shop.example/hook"
    secret_key = (tmp_path / "secret_key").read_text().strip()
    with kept.reading() as session:
        key = find_key(session, facts["api_key"])
        assert key
        assert key.client.id == facts["id"]
        assert signing_secrets(session, facts["id"], secret_key) == ["their own"]
    kept.close()


def test_every_change_from_the_command_line_is_in_the_log(kept: Database) -> None:
    shop = json.loads(_run("client", "add", "Shop", "--json").output)["id"]
    _run("moderator", "add", "aiko@example.com")
    changes: dict[str, tuple[str, ...]] = {
        "key": ("key", shop, "--scope", "submit"),
        "rotation": ("rotate", shop),
        "end of rotation": ("rotate", shop, "--retire"),
        "callback": ("change", shop, "--callback-url", "https://shop.example/hook"),
        "weight": ("change", shop, "--weight", "3"),
        "quota": ("change", shop, "--quota", "100/day"),
        "owner": ("change", shop, "--owner", "aiko@example.com"),
        "enable": ("change", shop, "--enable"),
        "replay": ("change", shop, "--replay"),
        "test": ("change", shop, "--test"),
    }
    for name, words in changes.items():
        before = _lines(kept)
        result = _run("client", *words)
        assert result.exit_code == 0, (name, result.output)
        new = [line for line in _lines(kept) if line not in before]
        assert [(line.subject, line.detail["by"]) for line in new] == [("Shop", "command line")], name
        if name in {"enable", "replay", "test"}:
            assert new[0].detail["act"] == name
    before = _lines(kept)
    assert _run("client", "change", shop).exit_code == 0
    assert _lines(kept) == before
    kept.close()


def _lines(kept: Database) -> list[ActLine]:
    with kept.reading() as session:
        return list_acts(session, ActFilter())


@pytest.mark.parametrize("url", SPELLINGS)
def test_a_callback_url_is_kept_in_one_spelling(kept: Database, url: str) -> None:
    added = json.loads(_run("client", "add", "Shop", "--callback-url", url, "--json").output)
    assert added["callback_url"] == ONE
    assert _run("client", "change", added["id"], "--callback-url", "https://other.example/").exit_code == 0
    assert _run("client", "change", added["id"], "--callback-url", url).exit_code == 0
    with kept.reading() as session:
        assert session.get_one(Client, added["id"]).callback_url == ONE
    kept.close()


def test_a_client_gets_a_secret_in_the_standard_form() -> None:
    facts = json.loads(_run("client", "add", "Shop", "--json").output)
    assert facts["webhook_secret"].startswith("whsec_")
    assert facts["source"] == "api"


@pytest.mark.parametrize(
    "words", ["", "Shop --callback-url ftp://x/", "Shop --source cli", "Shop --scheme odd"]
)
def test_wrong_words_are_refused(words: str) -> None:
    assert _run("client", "add", *words.split(" ")).exit_code == 2


def test_people_see_their_secrets_without_json() -> None:
    assert "One-time password" in _run("moderator", "add", "aiko@example.com").output
    assert "API key" in _run("client", "add", "Shop").output


def test_keys_and_quotas_are_made_and_shown(kept: Database) -> None:
    made = _run("client", "add", "Shop", "--quota", "20/day", "--scope", "submit", "--json").output
    facts = json.loads(made)
    with kept.reading() as session:
        found = find_key(session, facts["api_key"])
        assert found
        assert (found.scopes, found.client.quota) == (frozenset({"submit"}), Quota(20, QuotaPeriod.DAY))
    shown = _run("client", "key", facts["id"], "--scope", "read", "--scope", "events").output
    assert "events read" in shown
    head, line = _run("client", "list").output.splitlines()
    assert re.split(" {2,}", head) == ["ID", "SCHEME", "WEIGHT", "USED", "NAME", "CALLBACK URL"]
    assert line.index("0 of 20/day") == head.index("USED")
    assert _run("client", "change", facts["id"], "--quota", "none").exit_code == 0
    assert "no quota" in _run("client", "list").output
    assert "revoked" in _run("client", "key", facts["id"], "--revoke", found.id).output
    with kept.reading() as session:
        assert find_key(session, facts["api_key"]) is None
    kept.close()


@pytest.mark.parametrize("words", ["--quota 5", "--quota 5/week", "--scope all"])
def test_no_quota_and_no_scope_are_refused(words: str) -> None:
    assert _run("client", "add", "Shop", *words.split(" ")).exit_code == 2
