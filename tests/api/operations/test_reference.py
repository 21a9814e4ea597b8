"""The reference at `/docs`: each call as a command, with its answer, readable on a phone."""

import html
import json
import re
import shlex

import pytest

from tests.api.conftest import Web


@pytest.fixture(scope="module")
def page(module_web: Web) -> str:
    return module_web.client.get("/docs").text


def section_of(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}">')[2].partition("</section>")[0]


def commands_of(page: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<code>(curl .*?)</code>", page, re.DOTALL)]


def test_every_call_is_a_command_that_a_shell_reads(module_web: Web, page: str) -> None:
    commands = commands_of(page)
    document = module_web.client.get("/openapi.json").get_json()
    assert len(commands) == sum(len(operations) for operations in document["paths"].values())
    for command in commands:
        words = shlex.split(command.replace("\\\n", " "))
        assert words[0] == "curl"
        assert words[1].startswith("$KANTEI_SERVER/")
        assert not re.search(r"[{}\[\]]", words[1])  # a pattern to curl
    assert '/v1/submissions" -X POST' in commands[0]
    assert "Authorization: Bearer $KANTEI_API_KEY" in commands[0]


def test_every_body_and_every_answer_in_json_has_an_example(module_web: Web, page: str) -> None:
    document = module_web.client.get("/openapi.json").get_json()
    for operations in document["paths"].values():
        for method, operation in operations.items():
            shown = section_of(page, operation["operationId"])
            asked = (operation.get("requestBody") or {}).get("content", {})
            if "application/json" in asked:
                (command,) = commands_of(shown)
                assert json.loads(shlex.split(command.replace("\\\n", " "))[-1]), operation["operationId"]
            good = [one for status, one in operation["responses"].items() if status.startswith("2")]
            if "application/json" in good[0].get("content", {}):
                assert "<summary>Answer</summary>" in shown, (method, operation["operationId"])


def test_required_fields_come_first_in_tables_and_in_examples(page: str) -> None:
    section = section_of(page, "createSubmission")
    schema = section_of(page, "NewSubmission")
    for table in (section.partition("Body: <code>application/json")[2].partition("</table>")[0], schema):
        fields = re.findall(r'<th scope="row"><code>(\w+)</code>( \(required\))?', table)
        assert [bool(required) for _, required in fields] == sorted(
            [bool(r) for _, r in fields], reverse=True
        )
        assert fields[0][0] == "image_url"
    sent = json.loads(shlex.split(commands_of(section)[0].replace("\\\n", " "))[-1])
    assert next(iter(sent)) == "image_url"
    answer = json.loads(html.unescape(re.findall(r"<code>(\{.*?\n\})</code>", section, re.DOTALL)[0]))
    assert next(iter(answer)) == "id"
    assert next(iter(answer["verdict"])) == "finding"


def test_the_problems_of_a_call_lead_to_what_they_mean(page: str) -> None:
    section = section_of(page, "createSubmission")
    assert '<a href="/docs/problems/idempotency_mismatch"><code>idempotency_mismatch</code></a>' in section
    assert "<code>Authorization: Bearer &lt;key&gt;</code>" in section
    assert "`" not in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)


def test_it_needs_nothing_from_outside(module_web: Web) -> None:
    response = module_web.client.get("/docs")
    assert set(re.findall(r'(?:src|href)="(?!#|/)([^"]*)"', response.text)) == set()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_every_part_can_be_linked_to_and_is_in_the_contents(page: str) -> None:
    contents = page.partition('<nav class="contents"')[2].partition("</nav>")[0]
    linked = re.findall(r'href="#([^"]+)"', contents)
    ids = re.findall(r' id="([^"]+)"', page.partition("</nav>")[2].partition("<article")[2])
    assert linked == ids
    assert len(set(ids)) == len(ids) > 50
    assert re.findall(r'<h[23][^>]*><a class="anchor" href="#([^"]+)"', page) == ids


def test_every_table_scrolls_by_itself_and_has_a_name(page: str) -> None:
    regions = re.findall(r'<div class="wide" tabindex="0" role="region" aria-label="([^"]+)"><table>', page)
    assert len(regions) == page.count("<table>") == page.count("</table></div>") > 50


def test_it_looks_like_the_desk_without_scripts(module_web: Web, page: str) -> None:
    assert re.search(r'href="/assets/\w+/desk\.css"', page)
    assert "<script" not in page
    policy = module_web.client.get("/docs").headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "style-src 'self';" in policy
