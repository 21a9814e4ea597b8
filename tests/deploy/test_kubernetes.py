"""The Kubernetes manifests hold what a cluster wants, and no secret."""

import copy
import json
from pathlib import Path
from typing import Any

import click
import jsonschema_rs
import pytest
import yaml

from core.settings.every_setting import EVERY_SETTING
from core.settings.settings import read_settings
from kantei.__main__ import kantei
from tests.whole.deployed import DEPLOY, METRIC, metrics_asked_for

FOLDER = DEPLOY / "kubernetes"
SCHEMA = json.loads(Path(__file__).with_name("kubernetes_schema.json").read_text(encoding="utf-8"))


def manifests() -> list[dict[str, Any]]:
    """Every object of every file that the kustomization names."""
    named = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*named, "kustomization.yaml"}
    return [
        found for name in named for found in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))
    ]


def pods() -> dict[str, dict[str, Any]]:
    """The pod of everything that runs one."""
    found = {}
    for manifest in manifests():
        spec = manifest.get("spec", {})
        template = spec.get("template") or spec.get("jobTemplate", {}).get("spec", {}).get("template")
        if template:
            found[manifest["metadata"]["name"]] = template
    return found


MANIFESTS = manifests()
PODS = pods()
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
SETTINGS = next(one["data"] for one in MANIFESTS if one["kind"] == "ConfigMap")


def problems(manifest: dict[str, Any]) -> list[str]:
    """What a cluster would refuse in an object, among it every field that its kind does not have."""
    kind = SCHEMA["kinds"][f"{manifest['apiVersion']} {manifest['kind']}"]
    schema = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    found = jsonschema_rs.iter_errors(schema, manifest)
    return [f"{'.'.join(map(str, one.instance_path))}: {one.message}" for one in found]


@pytest.mark.parametrize(
    "manifest",
    [*MANIFESTS, KUSTOMIZATION],
    ids=lambda one: one.get("metadata", one).get("name", "") + one["kind"],
)
def test_a_cluster_knows_every_field_of_an_object(manifest: dict[str, Any]) -> None:
    assert problems(manifest) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"livenesProbe": {}}, "livenesProbe"),
        ({"ports": [{"containerPort": "8000"}]}, "ports.0.containerPort"),
        ({"resources": {"limits": {"memory": "600Mb"}}}, "resources.limits.memory"),
        ({"securityContext": {"capabilities": {"drop": "ALL"}}}, "capabilities.drop"),
        ({"volumeMounts": [{"name": "data"}]}, "mountPath"),
    ],
)
def test_a_mistake_in_a_manifest_is_found(change: dict[str, Any], said: str) -> None:
    manifest = copy.deepcopy(next(one for one in MANIFESTS if one["kind"] == "Deployment"))
    manifest["spec"]["template"]["spec"]["containers"][0] |= change
    (found,) = problems(manifest)
    assert said in found


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_an_object_says_what_it_is(manifest: dict[str, Any]) -> None:
    assert manifest["apiVersion"]
    assert manifest["metadata"]["labels"]["app.kubernetes.io/name"] == "kantei"
    assert manifest["kind"] != "Secret"  # secrets are made by hand, and stand in no file


@pytest.mark.parametrize("name", PODS)
def test_a_pod_runs_without_rights_and_within_limits(name: str) -> None:
    spec = PODS[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["automountServiceAccountToken"] is False
    (container,) = spec["containers"]
    assert container["image"] == "kantei"
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["resources"]["limits"]["memory"]
    inner = container["securityContext"]
    assert inner["readOnlyRootFilesystem"]
    assert inner["allowPrivilegeEscalation"] is False
    assert inner["capabilities"] == {"drop": ["ALL"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in spec["volumes"]
    }


@pytest.mark.parametrize("name", PODS)
def test_a_pod_runs_a_command_that_there_is(name: str) -> None:
    command, *options = PODS[name]["spec"]["containers"][0]["args"]
    found = kantei.commands.get(command) or kantei.get_command(click.Context(kantei), command)
    assert found is not None
    found.make_context(command, list(options))


@pytest.mark.parametrize("name", ["api", "worker", "express", "sweeper"])
def test_what_runs_for_ever_is_watched(name: str) -> None:
    (container,) = PODS[name]["spec"]["containers"]
    assert {"startupProbe", "livenessProbe"} <= container.keys()
    annotations = PODS[name]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(container["ports"][0]["containerPort"])


def test_selectors_find_their_pods() -> None:
    for manifest in MANIFESTS:
        selector = manifest.get("spec", {}).get("selector")
        if selector:
            wanted = selector.get("matchLabels", selector)
            assert any(wanted.items() <= pod["metadata"]["labels"].items() for pod in PODS.values()), manifest


def test_the_settings_are_settings_and_their_secrets_are_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SETTINGS.keys() <= {name for one in EVERY_SETTING for name in one.names}
    assert all(SETTINGS.keys() & one.names for one in EVERY_SETTING if one.in_production)
    contents = {
        "database_url": "postgresql://k@database/k",
        "broker_url": "redis://broker",
        "secret_key": "s" * 40,
    }
    environ = dict(SETTINGS, KANTEI_DATA_DIR=str(tmp_path))
    for name, value in SETTINGS.items():
        if name.endswith("_FILE"):
            secret = value.removeprefix("/run/secrets/kantei/")
            assert secret in (FOLDER / "README.md").read_text(encoding="utf-8")
            (tmp_path / secret).write_text(contents.get(secret, "key"))
            environ[name] = str(tmp_path / secret)
    settings = read_settings(environ)
    assert settings.blobs is not None
    assert settings.database_url.startswith("postgresql+psycopg:")


def test_workers_scale_by_a_metric_that_there_is() -> None:
    (scaled,) = [one for one in MANIFESTS if one["kind"] == "ScaledObject"]
    assert scaled["spec"]["scaleTargetRef"]["name"] in PODS
    for trigger in scaled["spec"]["triggers"]:
        assert set(METRIC.findall(trigger["metadata"]["query"])) <= metrics_asked_for()
