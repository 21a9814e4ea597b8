"""The files of `deploy/` are whole: what a tool would refuse or overlook is found here."""

import re

import pytest

from tests.whole.deployed import DEPLOY, alert_rules, dashboard, metrics_asked_for

DURATION = re.compile(r"\d+[smhd]")


@pytest.mark.parametrize("rule", alert_rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_happened_and_what_to_do(rule: dict[str, object]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
    assert DURATION.fullmatch(str(rule.get("for", "1m")))
    annotations = rule["annotations"]
    assert isinstance(annotations, dict)
    assert set(annotations) == {"summary", "description"}
    assert all(text.strip().endswith(".") for text in annotations.values())
    assert balanced(str(rule["expr"]))


def test_alerts_have_names_of_their_own() -> None:
    names = [rule["alert"] for rule in alert_rules()]
    assert len(names) == len(set(names)) >= 10


def test_the_dashboard_has_what_grafana_wants() -> None:
    board = dashboard()
    assert board["title"] == "Kantei"
    assert board["schemaVersion"] >= 36
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["targets"], panel["title"]
            assert panel["datasource"]["uid"] == "${datasource}"
            assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
            assert all(balanced(target["expr"]) for target in panel["targets"])


MONITORING = (DEPLOY.parent / "docs" / "monitoring.md").read_text(encoding="utf-8")


def test_the_page_on_monitoring_explains_every_metric_that_is_asked_for() -> None:
    page = MONITORING.partition("## All metrics")[2]
    plain = {re.sub(r"_(bucket|sum|count)$", "", name) for name in metrics_asked_for()}
    assert len(plain) >= 15
    assert {name for name in plain if f"`{name}" not in page} == set()


def test_the_page_on_monitoring_says_what_each_alert_asks_for() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (page|ticket) \| [^|]+ \| [^|]+ \|$", MONITORING, re.MULTILINE)
    assert dict(rows) == {rule["alert"]: rule["labels"]["severity"] for rule in alert_rules()}


def balanced(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}")) and text.count('"') % 2 == 0
