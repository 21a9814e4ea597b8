"""Images by their digest."""

import pytest

from api.http.parts import ApiParts
from api.schemas.answers import ImageAnswer
from tests.api.conftest import PROMPT, Web, examine, make_web, problem


def test_an_image_shows_its_latest_verdict_to_any_client(web: Web, api_parts: ApiParts) -> None:
    examine(api_parts.database, web.submit())
    response = make_web(api_parts).get(f"/v1/images/{'a' * 64}")
    assert response.status_code == 200
    body = response.get_json()
    ImageAnswer.model_validate_json(response.data)
    assert body["verdict"]["finding"] == "flagged"
    assert body["decision"] is None
    assert body["links"] == {"self": f"/v1/images/{'a' * 64}"}
    assert PROMPT not in response.text


@pytest.mark.parametrize("sha256", ["0" * 64, "A" * 64, "a" * 63, "x", "%00"])
def test_an_unknown_digest_is_not_found(sqlite_web: Web, sha256: str) -> None:
    response = sqlite_web.get(f"/v1/images/{sha256}")
    assert response.status_code == 404
    assert problem(response)["code"] == "not_found"
