"""Which connections are closed because their requests do not come to an end."""

from dataclasses import dataclass, field

import pytest

from kantei.roots.buffering import BODY_SECONDS, FEWER, HEAD_SECONDS, UNFINISHED_BYTES, close_unfinished

NOW = 10_000.0


@dataclass
class Half:
    """A connection with a half-sent request."""

    began: float = NOW
    headers_finished: bool = True
    body_bytes_received: int = 0
    is_unfinished: bool = True
    will_close: bool = False
    request: "Half" = field(init=False)

    def __post_init__(self) -> None:
        self.request = self

    def is_late(self, now: float) -> bool:
        return now - self.began > (BODY_SECONDS if self.headers_finished else HEAD_SECONDS)


def closed(channels: list[Half]) -> list[int]:
    close_unfinished(channels, NOW)
    return [place for place, one in enumerate(channels) if one.will_close]


@pytest.mark.parametrize(("headers_finished", "seconds"), [(False, HEAD_SECONDS), (True, BODY_SECONDS)])
def test_a_request_that_drips_is_closed_when_its_time_is_over(
    *, headers_finished: bool, seconds: float
) -> None:
    slow = Half(NOW - seconds - 1, headers_finished=headers_finished)
    assert closed([Half(), slow, Half(NOW - seconds + 1, headers_finished=headers_finished)]) == [1]


def test_where_too_much_is_unfinished_the_oldest_make_room() -> None:
    third = UNFINISHED_BYTES // 3 + 1
    assert closed([Half(NOW - age, body_bytes_received=third) for age in (1, 9, 5)]) == [1]


def test_connections_that_are_answered_stay_open_however_many_there_are() -> None:
    busy = [Half(NOW - 1000, is_unfinished=False) for _ in range(FEWER + 5)]
    assert closed([*busy, Half()]) == [len(busy)]
