"""A flood of listings while everything falls over, in its short form: nothing is lost, nothing doubled."""

import pytest

from tests.services import leave_out
from tests.whole.flood import ACTS, BAD_MOODS, IMAGES, run
from tests.whole.flood_account import is_whole
from tests.whole.light import SPARE
from tests.whole.own_servers import MissingError

LISTINGS = 30


@pytest.mark.postgresql
@pytest.mark.redis
def test_a_flood_on_a_bad_day_loses_nothing() -> None:
    try:
        report = run(
            LISTINGS,
            6.0,
            is_light=True,
            seed=7,
            slow=0.3,
            singles=0,
            rounds=1,
            calls=1,
            spread=4.0,
            patience=60.0,
            # So that what a killed child had claimed is free again after five seconds.
            **{"KANTEI_FETCH_TIMEOUT": "1", SPARE: "1"},
        )
    except MissingError as error:
        leave_out(error.service or "postgresql", str(error))
    assert is_whole(report), report
    assert report["images"] == LISTINGS * IMAGES, report
    assert report["sequence_without_gap"], report
    calls, acts = report["calls_by_mood"], report["acts"]
    assert isinstance(calls, dict)
    assert isinstance(acts, dict)
    assert set(BAD_MOODS) <= set(calls), report
    assert set(ACTS) == set(acts), report
