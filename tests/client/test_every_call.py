"""Every call of the client, against a real application."""

import contextlib
import io
import re
import types
import typing
from pathlib import Path
from typing import Any

import pytest

from kantei_client import Kantei, ProblemError, answers
from store.clients.clients import NewClient
from store.intake.submissions import find_submission
from store.verdicts.images import heatmap_name
from tests.api.conftest import IMAGE_URL, examine
from tests.client.conftest import Live
from tests.provenance.writing import png

HEAT = b"\x89PNG the heat map"
LISTING = {"listing_id": "4711", "title": "Drawing", "images": [{"url": IMAGE_URL, "id": "1"}]}


def test_every_call_of_the_api_has_a_method_that_works(
    live: Live, kantei: Kantei, market: NewClient, tmp_path: Path
) -> None:
    drawing = tmp_path / "drawing.png"
    drawing.write_bytes(png())
    sent = kantei.submit(IMAGE_URL, title="月", listing_id="L", priority="high")
    assert (sent["state"], sent["title"], sent["image_url"]) == ("queued", "月", IMAGE_URL)
    uploaded = kantei.upload(drawing, external_id="file", page_url="https://example.com/page")
    assert uploaded["external_id"] == "file"
    bytes_too = kantei.upload(drawing.read_bytes(), image_url=IMAGE_URL)
    batch = kantei.batch([{"image_url": IMAGE_URL}, {"image_url": "ftp://example.com/a.png"}])
    assert (batch["accepted"], batch["refused"]) == (1, 1)
    assert batch["results"][1]["problem"]
    assert batch["results"][1]["problem"]["code"] == "unsupported_scheme"

    examine(live.database, sent["id"])
    found = kantei.wait(sent["id"])
    assert found["verdict"]
    assert found["verdict"]["finding"] == "flagged"
    assert found["image"]
    assert kantei.image(found["image"]["sha256"])["verdict"] == found["verdict"]
    with live.database.reading() as session:
        row = find_submission(session, sent["id"], market.client.id)
        assert row
        assert row.verdict_id
        live.blobs.put_as(row.image_sha256 or "", heatmap_name(row.verdict_id), HEAT)
    assert kantei.heatmap(sent["id"]) == HEAT
    assert {one["id"] for one in kantei.submissions(state="queued")} == {
        uploaded["id"],
        bytes_too["id"],
        batch["results"][0]["submission"]["id"] if batch["results"][0]["submission"] else "",
    }
    assert [one["id"] for one in kantei.submissions(listing_id="L")] == [sent["id"]]

    assert kantei.appeal_link(sent["id"])["page"].startswith("/appeal/")
    appeal = kantei.appeal(
        sent["id"],
        "I drew this",
        evidence_urls=["https://example.com/1", "https://example.com/2"],
        files=[drawing, ("layers.psd", b"8BPS layers")],
    )
    assert appeal["evidence_urls"] == ["https://example.com/1", "https://example.com/2"]
    assert [file["name"] for file in appeal["files"]] == ["drawing.png", "layers.psd"]
    with pytest.raises(ProblemError) as refused:
        kantei.appeal(sent["id"], "I drew this")
    assert refused.value.code == "appeal_open"
    report = kantei.report("u-1", submission_id=sent["id"], reason="Six fingers.")
    assert report["submission_id"] == sent["id"]
    assert kantei.report("u-1", submission_id=sent["id"])["id"] == report["id"]
    with pytest.raises(ProblemError) as missing:
        kantei.statement(sent["id"])
    assert missing.value.status == 404
    with pytest.raises(ProblemError):
        kantei.dsa_statement(sent["id"])

    delivery = kantei.send_listing(market.client.id, market.webhook_secret, LISTING, message_id="msg_1")
    assert (delivery["outcome"], delivery["submissions"]) == ("accepted", 1)
    again = kantei.send_listing(market.client.id, market.webhook_secret, LISTING, message_id="msg_1")
    assert again["outcome"] == "duplicate"
    assert kantei.listing("4711")["summary"]["images"] == 1
    assert [event["sequence"] for event in kantei.events()] == list(range(1, len(list(kantei.events())) + 1))
    assert kantei.endpoints() == []
    assert kantei.quota()["limit"] is None

    served = {
        f"{method} {rule}"
        for rule in live.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if str(rule).startswith("/v1/")
    }
    assert served <= live.called


def test_a_list_goes_on_over_pages(kantei: Kantei) -> None:
    kantei.batch([{"image_url": f"{IMAGE_URL}?{number}"} for number in range(230)])
    ids = [one["id"] for one in kantei.submissions()]
    assert len(set(ids)) == 230


def test_the_same_key_submits_once_and_no_key_submits_twice(kantei: Kantei) -> None:
    first = kantei.submit(IMAGE_URL, idempotency_key="one")
    assert kantei.submit(IMAGE_URL, idempotency_key="one")["id"] == first["id"]
    assert kantei.submit(IMAGE_URL)["id"] != kantei.submit(IMAGE_URL)["id"]


def test_an_error_keeps_the_fields_of_the_problem(live: Live, kantei: Kantei) -> None:
    with pytest.raises(ProblemError) as refused:
        kantei.submit("nowhere", title="x" * 5000)
    problem = refused.value
    assert (problem.status, problem.type) == (422, f"/docs/problems/{problem.code}")
    assert {error["field"] for error in problem.errors} == {"image_url", "title"}
    assert problem.title
    with Kantei(live.address, "wrong") as stranger, pytest.raises(ProblemError, match="401 unauthorized"):
        stranger.quota()


@pytest.mark.parametrize("page", ["client/README.md", "docs/start/marketplace.md"])
def test_the_quick_start_of_a_page_submits_a_picture(
    page: str, live: Live, market: NewClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    (quick_start,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (tmp_path / "picture.png").write_bytes(png())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KANTEI_SERVER", live.address)
    monkeypatch.setenv("KANTEI_API_KEY", market.api_key)
    monkeypatch.setattr(Kantei, "wait", Kantei.submission)  # nobody examines here
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(quick_start, {})  # noqa: S102  # our own page
    assert "None" in printed.getvalue()
    assert len(quick_start.strip().splitlines()) <= 11


# The answers that have a schema in the document of the API, by its name.
SCHEMAS = {
    "SubmissionAnswer": answers.Submission,
    "VerdictAnswer": answers.Verdict,
    "EvidenceAnswer": answers.Evidence,
    "ThresholdsAnswer": answers.Thresholds,
    "FailureAnswer": answers.Failure,
    "DecisionAnswer": answers.Decision,
    "ImageAnswer": answers.Image,
    "QuotaAnswer": answers.Quota,
    "BatchAnswer": answers.Batch,
    "BatchResult": answers.BatchResult,
    "AppealAnswer": answers.Appeal,
    "AppealLinkAnswer": answers.AppealLink,
    "ListingAnswer": answers.Listing,
    "ListingImageAnswer": answers.ListingImage,
    "ListingSummaryAnswer": answers.ListingSummary,
    "EventAnswer": answers.Event,
    "EndpointAnswer": answers.Endpoint,
    "HookAnswer": answers.Delivery,
}


def test_the_typed_answers_name_only_fields_that_the_server_always_sends(live: Live) -> None:
    document = live.app.test_client().get("/openapi.json").get_json()
    for name, kind in SCHEMAS.items():
        schema = document["components"]["schemas"][name]
        typed = typing.get_type_hints(kind)
        assert typed.keys() <= set(schema["required"]), name
        for field, hint in typed.items():
            described = schema["properties"][field]
            is_nullable = {"type": "null"} in described.get("anyOf", [described])
            assert is_nullable == (types.NoneType in typing.get_args(hint)), f"{name}.{field}"


def test_what_can_be_submitted_is_what_the_server_takes(live: Live) -> None:
    document: dict[str, Any] = live.app.test_client().get("/openapi.json").get_json()
    schema = document["components"]["schemas"]["NewSubmission"]
    assert typing.get_type_hints(answers.NewSubmission).keys() <= schema["properties"].keys()
