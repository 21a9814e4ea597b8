"""The desk as each moderator wants it."""

import html
import json
import re

import pytest

from api.review.frame.preferences import DEFAULT_KEYS, read_preferences
from tests.api.review.conftest import Desk, Visit
from tests.services import sqlite_alone

FORM = {f"key_{act}": key for act, key in DEFAULT_KEYS.items()} | {"view": "grid", "remind": "50"}


def _keys(visit: Visit) -> dict[str, str]:
    found = re.search(r'data-keys="([^"]*)"', visit.get("/review").text)
    assert found
    keys: dict[str, str] = json.loads(html.unescape(found[1]))
    return keys


def test_keys_can_be_changed_and_left_out(desk: Desk) -> None:
    visit, other = desk.as_person(), desk.as_person("ren@example.com")
    assert _keys(visit) == DEFAULT_KEYS
    answer = visit.send(
        "/account/desk", "/account/desk", **FORM | {"key_ai": "3", "key_human": '"', "key_skip": ""}
    )
    assert answer.status_code == 303
    keys = _keys(visit)
    assert (keys["ai"], keys["human"]) == ("3", '"')
    assert "skip" not in keys
    assert _keys(other) == DEFAULT_KEYS


@sqlite_alone
def test_an_act_that_came_later_has_its_usual_key_unless_that_is_taken_or_was_removed(desk: Desk) -> None:
    older = {act: key for act, key in DEFAULT_KEYS.items() if act != "assisted"}
    assert read_preferences({"keys": older}).keys["assisted"] == "p"
    assert "assisted" not in read_preferences({"keys": older | {"skip": "p"}}).keys
    visit = desk.as_person()
    visit.send("/account/desk", "/account/desk", **FORM | {"key_assisted": ""})
    assert "assisted" not in _keys(visit)


@pytest.mark.parametrize("change", [{"key_ai": "h"}, {"key_ai": "j"}, {"key_ai": "?"}, {"key_ai": "\u200b"}])
@sqlite_alone
def test_a_key_does_one_thing(desk: Desk, change: dict[str, str]) -> None:
    visit = desk.as_person()
    assert visit.send("/account/desk", "/account/desk", **FORM | change).status_code == 422
    assert _keys(visit) == DEFAULT_KEYS


def test_the_desk_remembers_view_veil_and_colour(desk: Desk) -> None:
    desk.add_case(0.95)
    visit = desk.as_person()
    assert '<ul class="grid"' in visit.get("/review").text
    assert " data-blur" not in visit.get("/review").text
    visit.send(
        "/account/desk", "/account/desk", **FORM | {"view": "list", "blur": "1", "grey": "1", "remind": "25"}
    )
    page = visit.get("/review").text
    for word in ('<ul class="list"', " data-blur", " data-grey", 'data-remind="25"'):
        assert word in page
    assert '<ul class="grid"' in visit.get("/review?view=grid").text


@pytest.mark.parametrize(
    "stored",
    [None, {}, {"keys": 5, "view": [], "remind": "x", "blur": "yes"}, {"keys": {"ai": "xx", "no": "n"}}],
)
def test_what_was_stored_badly_is_passed_over(stored: dict[str, object] | None) -> None:
    read = read_preferences(stored)
    assert (read.view, read.blur, read.remind) == ("grid", False, 50)
    assert all(len(key) == 1 for key in read.keys.values())
