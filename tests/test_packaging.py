"""The files that operators start from are whole and say what is true."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from core.settings.every_setting import EVERY_SETTING
from kantei.__main__ import COMMANDS

ROOT = Path(__file__).parent.parent


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
            assert volume.split(":")[0] in compose["volumes"]
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
