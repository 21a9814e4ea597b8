"""The files that operators start from are whole and say what is true."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from core.settings.every_setting import EVERY_SETTING
from core.settings.settings import read_settings_to_keep_nothing
from kantei.__main__ import COMMANDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, object]:
    found = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", ["api", "worker", "express", "sweeper", "migrate"])
def test_each_part_runs_a_command_that_exists_unprivileged_and_read_only(
    compose: dict[str, dict[str, dict[str, object]]], name: str
) -> None:
    service = compose["services"][name]
    command = service["command"]
    assert isinstance(command, list)
    assert command[0] in COMMANDS
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["secrets"] == ["secret_key", "database_url"]


def test_every_service_has_a_health_check_and_every_named_thing_is_declared(
    compose: dict[str, dict[str, dict[str, object]]],
) -> None:
    for name, service in compose["services"].items():
        assert "healthcheck" in service or name == "migrate", name
        for secret in service.get("secrets", []):  # type: ignore[attr-defined]  # YAML has no types
            assert secret in compose["secrets"]
        for volume in service.get("volumes", []):  # type: ignore[attr-defined]  # YAML has no types
            place = volume.split(":")[0]
            assert place in compose["volumes"] or (ROOT / place).is_file(), place
        for other in service.get("depends_on", {}):  # type: ignore[attr-defined]  # YAML has no types
            assert other in compose["services"]


def test_compose_sets_what_production_wants_and_only_settings_that_exist(
    compose: dict[str, dict[str, dict[str, object]]],
) -> None:
    environment = compose["services"]["api"]["environment"]
    assert isinstance(environment, dict)
    found = [one for one in EVERY_SETTING if environment.keys() & one.names]
    assert found == [one for one in EVERY_SETTING if one.in_production]
    assert environment.keys() <= {name for one in found for name in one.names}


def test_the_image_copies_every_package_and_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    with (ROOT / "pyproject.toml").open("rb") as file:
        packages = tomllib.load(file)["tool"]["setuptools"]["packages"]["find"]["include"]
    for package in packages:
        assert f"COPY {package.rstrip('*')} " in dockerfile
    assert re.search(r"^USER kantei$", dockerfile, re.MULTILINE)
    assert "--require-hashes" in dockerfile


@pytest.mark.parametrize("lock", ["fast", "serve", "test"])
def test_locks_have_a_hash_for_every_package_and_name_no_index(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 50
    assert not re.search(r"https?://|index-url", text)


def test_the_server_lock_carries_no_tensorflow() -> None:
    text = (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(tensorflow|keras|matplotlib|scikit-learn)", text, re.MULTILINE)


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in COMMANDS if f"`kantei {name}" not in readme} == set()


def test_every_package_says_in_one_sentence_what_it_is() -> None:
    for package in ("api", "core", "kantei", "model", "provenance", "store", "worker"):
        text = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
        assert re.fullmatch(r'"""[^"]+\."""\n', text), package


def test_compose_has_only_keys_that_compose_knows(compose: dict[str, object]) -> None:
    schema = json.loads(Path(__file__).with_name("compose_schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.validate(schema, {key: value for key, value in compose.items() if not key.startswith("x-")})


def test_only_what_opens_strangers_addresses_has_a_way_out(
    compose: dict[str, Any],
) -> None:
    networks = compose["networks"]
    closed = {name for name, network in networks.items() if (network or {}).get("internal")}
    reaches_out = {
        name for name, service in compose["services"].items() if not set(service["networks"]) <= closed
    }
    assert reaches_out == {"proxy", "worker", "express", "sweeper"}
    assert (
        compose["services"]["database"]["networks"] == compose["services"]["broker"]["networks"] == ["inside"]
    )
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    for name, service in compose["services"].items():
        assert "mem_limit" in service, name
        assert service["logging"]["options"]["max-size"], name


def test_the_proxy_limits_bodies_a_little_above_what_kantei_takes() -> None:
    text = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    limits = [int(size) * 10**6 for size in re.findall(r"max_size (\d+)MB", text)]
    settings = read_settings_to_keep_nothing({})
    for limit, most in zip(limits, (settings.appeal_bytes, settings.max_image_bytes), strict=True):
        assert most < limit < 1.25 * most
    assert "reverse_proxy api:8000" in text
    assert text.count("{") == text.count("}")


def test_the_build_sends_what_the_dockerfile_copies_and_nothing_else() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE)
    copied = {name for line in lines for name in line.split()}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {line.removeprefix("!") for line in rules if line.startswith("!")} == copied
