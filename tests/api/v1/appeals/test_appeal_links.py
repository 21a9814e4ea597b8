"""A client may hand on a link to the artist's page, for what is its own and examined."""

from api.http.appeal_tokens import make_appeal_token
from api.http.parts import ApiParts
from core.sayings.saying import render
from store.base.database import Database
from tests.api.conftest import LOOKS_GENERATED, Web, examine, make_web, problem


def test_the_link_opens_a_page_without_a_key(web: Web, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    response = web.post(f"/v1/submissions/{submission_id}/appeal-link")
    assert response.status_code == 201
    link = response.get_json()
    assert link["page"].startswith("/appeal/")
    assert submission_id not in link["page"]
    page = web.client.get(link["page"])
    assert page.status_code == 200
    assert "Are you the artist?" in page.text
    assert render(LOOKS_GENERATED) in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_there_is_no_link_for_what_is_anothers_or_not_examined(
    web: Web, api_parts: ApiParts, database: Database
) -> None:
    submission_id = web.submit()
    response = web.post(f"/v1/submissions/{submission_id}/appeal-link")
    assert (response.status_code, problem(response)["code"]) == (409, "not_examined")
    examine(database, submission_id)
    other = make_web(api_parts)
    for path in (submission_id, "0" * 32, "x" * 32):
        assert other.post(f"/v1/submissions/{path}/appeal-link").status_code == 404
    # A link that was signed for what nobody has examined leads nowhere either.
    waiting = make_appeal_token(api_parts.secret_key, web.submit())
    assert web.client.get(f"/appeal/{waiting}").status_code == 404
