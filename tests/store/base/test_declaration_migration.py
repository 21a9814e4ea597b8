"""What was there before declarations and grounds declares nothing, and keeps the policy of its verdict."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from kantei.roots.migrate import migrate, migrate_down
from store.base.database import Database
from store.outbox.client_events import event_json, find_event
from store.tables.case_tables import Decision
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from tests.store.base.past import LONG_AGO, Past

pytestmark = pytest.mark.slow  # a database is migrated once and again in each


def test_old_rows_declare_nothing_and_old_decisions_name_their_policy_and_no_ground(empty: Database) -> None:
    migrate(empty, "0026")
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        sha256 = "a" * 64
        past.add(
            "images",
            sha256=sha256,
            width=8,
            height=8,
            format="png",
            bytes=80,
            review="closed",
            risk=0.95,
            score=0.95,
        )
        verdict = past.add(
            "verdicts",
            image_sha256=sha256,
            finding="flagged",
            score=0.95,
            label="ai",
            model="m",
            policy="2026-11-4",
            basis="pixels",
            evidence=[],
            reasons=["It says so."],
        )
        person = past.add(
            "moderators",
            email="aiko@example.com",
            role="lead",
            password_hash="x",
            must_change_password=False,
        )
        client = past.add("clients", name="Shop", source="api", scheme="standard")
        listing = past.add("listings", client_id=client, listing_id="L-1", updated_at=LONG_AGO)
        submission = past.add(
            "submissions",
            client_id=client,
            source="marketplace",
            state="examined",
            priority="normal",
            tries=1,
            due_at=LONG_AGO,
            listing_id="L-1",
            image_sha256=sha256,
            verdict_id=verdict,
        )
        decision = past.add(
            "decisions",
            image_sha256=sha256,
            verdict_id=verdict,
            moderator_id=person,
            outcome="ai",
            note="private",
        )
        event = past.add(
            "client_events",
            client_id=client,
            kind="decision.made",
            submission_id=submission,
            decision_id=decision,
            position=1,
        )
    migrate(empty)
    with empty.reading() as session:
        found = find_event(session, event)
        assert found is not None
        told = event_json(found)["data"]
        made = session.get_one(Decision, decision)
        assert (made.ground, made.ground_texts, made.policy) == (None, None, "2026-11-4")
        assert session.get_one(Client, client).declared_ai_share is None
        assert session.get_one(Listing, listing).declared == "unknown"
    assert (told["declared"], told["contradiction"]) == ("unknown", "none")
    assert told["decision"] == {
        "outcome": "ai",
        "ground": None,
        "policy": "2026-11-4",
        "decided_at": datetime(2026, 11, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z"),
    }


def test_what_left_the_queue_by_its_declaration_waits_again_without_the_setting(empty: Database) -> None:
    migrate(empty, "0040")
    usual = {"width": 8, "height": 8, "format": "png", "bytes": 80, "risk": 0.95, "score": 0.95}
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        client = past.add("clients", name="Shop", source="api", scheme="standard")
        past.add("listings", client_id=client, listing_id="L-1", updated_at=LONG_AGO, deleted_at=LONG_AGO)
        for sha256, finding, is_sampled, listing in (
            ("a" * 64, "flagged", False, None),  # it left
            ("b" * 64, "clear", False, None),
            ("c" * 64, "flagged", True, None),
            ("d" * 64, "flagged", False, "L-1"),  # its listing was deleted
        ):
            past.add("images", sha256=sha256, review="none", finding=finding, **usual)
            past.add("declared_passes", image_sha256=sha256, client_id=client, is_sampled=is_sampled)
            past.add(
                "submissions",
                client_id=client,
                source="api",
                state="examined",
                priority="normal",
                tries=1,
                due_at=LONG_AGO,
                listing_id=listing,
                image_sha256=sha256,
            )
    migrate_down(empty, "0039")
    with empty.reading() as session:
        waiting = session.scalars(text("SELECT sha256 FROM images WHERE review = 'open'")).all()
    assert waiting == ["a" * 64]
