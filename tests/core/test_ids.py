"""Ids are UUIDs of version 7 that grow."""

import time
import uuid

import pytest

from core.ids import is_id, new_id


def test_ids_grow_also_within_a_millisecond() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front() -> None:
    parsed = uuid.UUID(new_id())
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert abs((parsed.int >> 80) / 1000 - time.time()) < 5


@pytest.mark.parametrize("text", ["", "x" * 32, "A" * 32, "1" * 31, "../" + "1" * 29])
def test_what_is_no_id_is_told_apart(text: str) -> None:
    assert is_id(new_id())
    assert not is_id(text)
