"""A small flood: the same program as the large one, with everything falling over at least once."""

from tests.conftest import leave_out
from tests.whole.flood import is_whole, run
from tests.whole.own_servers import NoServerError


def test_nothing_is_lost_while_everything_falls_over() -> None:
    try:
        report = run(40, 6.0, is_light=True, seed=1, slow=1.0, singles=1)
    except NoServerError as missing:
        leave_out("postgresql", f"{missing} is not installed")
    assert is_whole(report), report
    assert report["submissions"] == 120
    assert report["sequence_without_gap"], report
    moods, acts = report["calls_by_mood"], report["acts"]
    assert isinstance(moods, dict)
    assert isinstance(acts, dict)
    assert {"well", "500", "302"} <= set(moods), report
    assert {"child", "worker", "broker"} <= set(acts), report
