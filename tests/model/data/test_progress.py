"""Whoever waits is told how long."""

from model.data.estimates import EVERY, ProgressReport


def test_the_time_left_follows_from_the_time_taken() -> None:
    now, said = 0.0, list[str]()
    progress = ProgressReport("decoded", 300, said.append, lambda: now)
    for done, at in ((10, EVERY / 2), (100, EVERY), (101, EVERY + 1), (290, 3 * EVERY)):
        now = at
        progress.reach(done)
    assert said == ["decoded: 100 of 300 pictures, 40 s left", "decoded: 290 of 300 pictures, 2 s left"]


def test_minutes_are_told_as_minutes_and_nothing_done_is_not_told() -> None:
    now, said = 0.0, list[str]()
    progress = ProgressReport("judged", 1000, said.append, lambda: now)
    now = 60.0
    progress.reach(0)
    assert said == []
    progress.reach(100)
    assert said == ["judged: 100 of 1000 pictures, 9.0 min left"]
