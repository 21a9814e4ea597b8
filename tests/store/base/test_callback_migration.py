"""Endpoints of one address in several spellings become one, and nothing that waits for them is lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from core.clock import now
from core.ids import new_id
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.outbox.callbacks import claim_endpoint, next_callback, next_in_turn
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Callback, CallbackState, Endpoint
from store.tables.submission_tables import Submission
from tests.spellings import ONE, SPELLINGS
from tests.store.base.past import LONG_AGO, Past

pytestmark = pytest.mark.slow  # a database is migrated once and again in each

OTHER = "https://other.example/"


class Shops(Past):
    """Clients with endpoints, and calls to them."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.events = 0

    def add_client(self, callback_url: str | None = None) -> str:
        return self.add("clients", name="Shop", source="api", scheme="standard", callback_url=callback_url)

    def add_endpoint(self, client_id: str, url: str, *, failures: int = 0, **more: object) -> str:
        values = {"url": url, "url_sha256": new_id() * 2, "failures": failures, "due_at": LONG_AGO, **more}
        return self.add("endpoints", client_id=client_id, **values)

    def add_call(
        self, client_id: str, endpoint_id: str, url: str, *, after: int, state: str = "waiting"
    ) -> str:
        """Add a call that is due so many minutes after the rest; its submission names the URL."""
        self.events += 1
        submission_id = self.add(
            "submissions",
            client_id=client_id,
            source="api",
            state="failed",
            priority="normal",
            tries=1,
            due_at=LONG_AGO,
            callback_url=url,
        )
        event_id = self.add(
            "client_events",
            client_id=client_id,
            kind="submission.failed",
            submission_id=submission_id,
            position=self.events,
        )
        self.add(
            "callbacks",
            event_id=event_id,
            endpoint_id=endpoint_id,
            position=self.events,
            state=state,
            tries=0,
            due_at=LONG_AGO + timedelta(minutes=after),
        )
        return event_id


def test_spellings_become_one_endpoint_with_the_calls_of_all(empty: Database) -> None:
    migrate(empty, "0017")
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Shops(connection)
        shop, second = past.add_client(SPELLINGS[1]), past.add_client()
        spelt = [past.add_endpoint(shop, url, failures=3) for url in SPELLINGS]
        past.add_endpoint(shop, OTHER)
        past.add_endpoint(second, SPELLINGS[2])
        # In the order of events 1, 2, ... the endpoints alternate, and later events may be due earlier.
        calls = [
            past.add_call(shop, spelt[number % 5], SPELLINGS[number % 5], after=-number)
            for number in range(10)
        ]
        told = past.add_call(shop, spelt[4], SPELLINGS[4], after=-60, state="delivered")
    migrate(empty)
    with empty.reading() as session:
        rows = session.scalars(
            select(Endpoint).where(Endpoint.client_id == shop).order_by(Endpoint.url)
        ).all()
        assert [row.url for row in rows] == [OTHER, ONE]
        kept = rows[1]
        assert kept.due_at == LONG_AGO - timedelta(minutes=9), "that of its call that is due first"
        assert list(session.scalars(select(Endpoint.url).where(Endpoint.client_id == second))) == [ONE]
        callbacks = session.scalars(select(Callback).order_by(Callback.position)).all()
        assert [one.event_id for one in callbacks] == [*calls, told]
        assert {one.endpoint_id for one in callbacks} == {kept.id}
        assert [one.due_at for one in callbacks[:10]] == [
            LONG_AGO - timedelta(minutes=after) for after in range(10)
        ]
        assert callbacks[10].state is CallbackState.DELIVERED
        assert session.get_one(Client, shop).callback_url == ONE
        assert set(session.scalars(select(Submission.callback_url))) == {ONE}
    with empty.writing() as session:
        session.execute(update(Endpoint).where(Endpoint.url == OTHER).values(due_at=None))
        turn = claim_endpoint(
            session, *next_in_turn(session, now(), limit=1), lease=timedelta(minutes=1), at=now()
        )
        assert turn is not None
        assert turn.endpoint_id == kept.id
        first = next_callback(session, turn, now())
        assert first is not None
        assert first.event_id == calls[0]


@pytest.mark.parametrize("disabled", [0, 1])
def test_the_endpoint_that_does_best_is_kept(empty: Database, disabled: int) -> None:
    migrate(empty, "0017")
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Shops(connection)
        shop = past.add_client()
        gone: dict[str, Any] = {
            "disabled_at": LONG_AGO,
            "disabled_reason": "gone",
            "succeeded_at": LONG_AGO + timedelta(days=1),
        }
        own = [
            past.add_endpoint(shop, url, **(gone if place == disabled else {}))
            for place, url in enumerate(SPELLINGS[:2])
        ]
        past.add_call(shop, own[disabled], SPELLINGS[disabled], after=5)
    migrate(empty)
    with empty.reading() as session:
        row = session.scalars(select(Endpoint)).one()
        assert (row.id, row.disabled_at) == (own[1 - disabled], None)
        assert (row.due_at, row.succeeded_at) == (
            LONG_AGO + timedelta(minutes=5),
            LONG_AGO + timedelta(days=1),
        )


def test_a_url_too_long_for_one_spelling_stays_as_it_is(empty: Database) -> None:
    url = "https://a.example/" + "あ" * 1000
    migrate(empty, "0017")
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Shops(connection)
        past.add_endpoint(past.add_client(url), url)
    migrate(empty)
    with empty.reading() as session:
        assert session.scalars(select(Endpoint.url)).one() == url
        assert session.scalars(select(Client.callback_url)).one() == url
