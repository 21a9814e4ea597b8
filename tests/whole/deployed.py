"""What the files of `deploy/` ask for, so that tests can hold it against what runs."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
METRIC = re.compile(r"\bkantei_[a-z_]+")


def alert_rules() -> list[dict[str, Any]]:
    """The alert rules."""
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """The dashboard."""
    found: dict[str, Any] = json.loads((DEPLOY / "grafana" / "kantei.json").read_text(encoding="utf-8"))
    return found


def metrics_asked_for() -> set[str]:
    """The name of every series that an alert rule or a panel asks for."""
    asked = [rule["expr"] for rule in alert_rules()]
    asked += [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]
    return {name for text in asked for name in METRIC.findall(text)}
