"""An image knows in which ways its submissions came, or that it does not know."""

from datetime import timedelta

import pytest

from core.clock import now
from core.title_languages import TitleLanguage
from core.vocabulary import Finding, Source
from store.base.database import Database
from store.clients.clients import NewClient
from store.intake.claim_ends import finish_examined
from store.intake.claims import claim
from store.intake.submissions import SubmissionRequest
from store.tables.case_tables import Image
from store.tables.ways import ANY_WAY, of_client, of_language, of_source, ways_of
from store.verdicts.images import record_verdict
from tests.store.verdicts.test_images import FACTS, judged
from tests.submissions import add_submission


def _examine(database: Database, shop: NewClient, source: Source, title: str) -> int:
    """Submit a picture and examine it as a worker does; give the ways of its image then."""
    with database.writing() as session:
        request = SubmissionRequest(source, image_url="https://a.example/", title=title)
        row = add_submission(session, shop.client.id, request)
        session.flush()
        held = claim(session, row.id, lease=timedelta(seconds=9), at=now())
        assert held is not None
        recorded = record_verdict(
            session,
            FACTS,
            score=0.9,
            model="m",
            judgement=judged(Finding.FLAGGED),
            evidence=(),
            ways=held.ways,
        )
        finish_examined(
            session,
            held,
            image_sha256=FACTS.sha256,
            verdict_id=recorded.verdict_id,
            at=now(),
            is_new_image=recorded.is_new_image,
        )
    with database.reading() as session:
        return session.get_one(Image, FACTS.sha256).ways


def test_each_submission_adds_its_ways(database: Database, shop: NewClient) -> None:
    first = ways_of(Source.API, TitleLanguage.OTHER, shop.client.id)
    assert _examine(database, shop, Source.API, "Fox") == first
    assert _examine(database, shop, Source.API, "Owl") == first
    both = first | ways_of(Source.EXTENSION, TitleLanguage.JAPANESE, shop.client.id)
    assert _examine(database, shop, Source.EXTENSION, "きつね") == both
    assert _examine(database, shop, Source.API, "Fox") == both


def test_an_image_whose_ways_were_not_noted_may_have_come_in_any(database: Database, shop: NewClient) -> None:
    with database.writing() as session:
        record_verdict(session, FACTS, score=0.9, model="m", judgement=judged(Finding.CLEAR), evidence=())
    assert _examine(database, shop, Source.API, "Fox") == ANY_WAY


@pytest.mark.parametrize(
    "bits", [[of_source(one) for one in Source], [of_language(one) for one in TitleLanguage]]
)
def test_no_two_words_share_a_bit(bits: list[int]) -> None:
    others = {of_client(f"{number:032x}") for number in range(99)}
    assert len({*bits, *others}) == len(bits) + 32
    assert all(bit.bit_count() == 1 and bit < 2**62 for bit in (*bits, *others))
