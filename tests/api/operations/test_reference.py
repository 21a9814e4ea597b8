"""The reference at `/docs`: each call as a command, with its answer, readable on a phone."""

import html
import re
import shlex

from tests.api.conftest import Web


def test_every_call_is_a_command_that_a_shell_reads(module_web: Web) -> None:
    page = module_web.client.get("/docs").text
    commands = [html.unescape(text) for text in re.findall(r"<code>(curl .*?)</code>", page, re.DOTALL)]
    document = module_web.client.get("/openapi.json").get_json()
    assert len(commands) == sum(len(operations) for operations in document["paths"].values())
    for command in commands:
        words = shlex.split(command.replace("\\\n", " "))
        assert words[0] == "curl"
        assert words[1].startswith("$KANTEI_SERVER/")
    (created,) = [one for one in commands if '/v1/submissions"' in one and "-X POST" in one]
    assert "Authorization: Bearer $KANTEI_API_KEY" in created
    assert "image_url" in created


def test_answers_are_shown_as_examples_and_required_fields_come_first(module_web: Web) -> None:
    page = module_web.client.get("/docs").text
    section = page.partition('id="createSubmission"')[2].partition("</section>")[0]
    assert "<summary>Answer</summary>" in section
    assert "&#34;verdict&#34;" in section
    schema = page.partition('<section id="NewSubmission">')[2].partition("</section>")[0]
    fields = re.findall(r'<th scope="row"><code>(\w+)</code>( \(required\))?', schema)
    assert [bool(required) for _, required in fields] == sorted([bool(r) for _, r in fields], reverse=True)
    assert fields[0][0] == "image_url"


def test_it_needs_nothing_from_outside(module_web: Web) -> None:
    response = module_web.client.get("/docs")
    assert set(re.findall(r'(?:src|href)="(?!#|/)([^"]*)"', response.text)) == set()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
