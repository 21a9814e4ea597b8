"""Images that were there before their ways were noted have those of their submissions."""

import pytest

from core.title_languages import TitleLanguage
from core.vocabulary import Source
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.tables.case_tables import Image
from store.tables.ways import ways_of
from tests.store.base.past import LONG_AGO, Past

pytestmark = pytest.mark.slow  # a database is migrated once and again in each


def test_images_that_were_there_have_the_ways_of_their_submissions(empty: Database) -> None:
    migrate(empty, "0048")
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        facts = {"width": 8, "height": 8, "format": "png", "bytes": 80, "review": "open", "risk": 0.9}
        for letter in "abc":
            past.add("images", sha256=letter * 64, **facts)
        client = past.add("clients", name="Shop", source="api", scheme="standard")
        for letter, source, language in (("a", "api", "ja"), ("a", "cli", "other"), ("b", "api", "ko")):
            past.add(
                "submissions",
                client_id=client,
                source=source,
                language=language,
                state="examined",
                priority="normal",
                tries=1,
                due_at=LONG_AGO,
                image_sha256=letter * 64,
            )
    migrate(empty)
    with empty.reading() as session:
        found = [session.get_one(Image, letter * 64).ways for letter in "abc"]
    assert found == [
        ways_of(Source.API, TitleLanguage.JAPANESE, client)
        | ways_of(Source.CLI, TitleLanguage.OTHER, client),
        ways_of(Source.API, TitleLanguage.KOREAN, client),
        0,
    ]
