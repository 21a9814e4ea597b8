"""Turns of callbacks go round the clients, however many endpoints each of them has."""

import pytest
from sqlalchemy import select

from store.base.database import Database
from store.outbox.callbacks import Turn
from store.tables.marketplace_tables import Callback, Endpoint
from tests.spellings import SPELLINGS
from tests.worker.outbox.telling import URL, FakePoster, add_shop, fail, fail_all
from worker.outbox.notify import Notifier


def turns(notifier: Notifier, count: int, *, at_once: int = 1) -> list[Turn]:
    """Claim so many turns, one after the other or several at once."""
    found = [turn for _ in range(0, count, at_once) for turn in notifier.claim(at_once)]
    assert len(found) == count
    return found


@pytest.mark.slow
def test_another_clients_only_call_is_second_behind_400_endpoints(
    database: Database, notifier: Notifier
) -> None:
    many, one = add_shop(database, None), add_shop(database, "https://b.example/")
    fail_all(database, many, [{"callback_url": f"https://a.example/h?{number}"} for number in range(400)])
    notifier.place()
    with database.reading() as session:
        assert len(session.scalars(select(Endpoint.id)).all()) == 400
    fail(database, one)
    notifier.place()
    assert [turn.client_id for turn in turns(notifier, 2)] == [many.client.id, one.client.id]


@pytest.mark.parametrize("at_once", [1, 7])
def test_clients_take_turns_with_their_endpoints(
    database: Database, notifier: Notifier, at_once: int
) -> None:
    shops = [add_shop(database, None) for _ in range(3)]
    for shop, count in zip(shops, (4, 2, 1), strict=True):
        for number in range(count):
            fail(database, shop, callback_url=f"https://{shop.client.id}.example/{number}")
    notifier.place()
    a, b, c = (shop.client.id for shop in shops)
    found = turns(notifier, 7, at_once=at_once)
    assert sorted(turn.client_id for turn in found[:3]) == sorted([a, b, c])
    assert sorted(turn.client_id for turn in found[3:5]) == sorted([a, b])
    assert [turn.client_id for turn in found[5:]] == [a, a]
    assert list(notifier.claim(7)) == []


def test_a_client_that_had_its_turn_comes_after_one_that_waits_longer(
    database: Database, notifier: Notifier
) -> None:
    first, second = add_shop(database, URL), add_shop(database, "https://b.example/")
    for shop in (first, second, first):
        fail(database, shop)
    notifier.place()
    for shop in (first, second):
        (turn,) = turns(notifier, 1)
        assert turn.client_id == shop.client.id
        notifier.take(turn)
    # Both are due again, the one that had the latest turn for longer.
    fail(database, second)
    notifier.place()
    fail(database, first)
    notifier.place()
    assert [turn.client_id for turn in turns(notifier, 2)] == [first.client.id, second.client.id]


def test_calls_to_five_spellings_go_out_in_the_order_of_events(
    database: Database, notifier: Notifier, poster: FakePoster
) -> None:
    shop = add_shop(database, SPELLINGS[0])
    for _ in SPELLINGS:
        fail(database, shop)
    notifier.place()
    (turn,) = turns(notifier, 1)
    notifier.take(turn)
    assert poster.told == [1, 2, 3, 4, 5]
    with database.reading() as session:
        assert len(session.scalars(select(Callback.endpoint_id).distinct()).all()) == 1
