"""An answer to an appeal that is overruled before anyone is told of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import now
from core.vocabulary import EventKind, Finding, Outcome, Role
from store.appeals.appeal_messages import reply_with
from store.appeals.appeal_resolution import OwnDecisionError, appeals_on, name_said, resolve_appeals
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.desk.batches import decide_many
from store.desk.decisions import Seen, decide
from store.desk.queue_filter import Viewer
from store.outbox.client_events import event_json, find_event
from store.people.moderators import add_moderator
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.reporting import report
from tests.store.races import SHA256, examine, submit, take


class Story:
    """A picture that Aiko decided to be AI; its artist appealed, and Ren answered that it stands."""

    def __init__(self, database: Database) -> None:
        self.database = database
        submission_id = submit(database, make_client(database).client.id)
        examine(database, take(database, submission_id), Finding.UNCERTAIN)
        with database.writing() as session:
            self.aiko, self.ren = (
                add_moderator(session, email=f"{name}@example.com", role=Role.MODERATOR).moderator.id
                for name in ("aiko", "ren")
            )
        self.rule(self.aiko, Outcome.AI)
        report(database)
        with database.writing() as session:
            add_appeal(session, session.get_one(Submission, submission_id), reason="Mine.")
        self.rule(self.ren, Outcome.AI, reply="It stands.")

    def rule(self, person: str, outcome: Outcome, reply: str = "") -> str:
        with self.database.writing() as session:
            image = session.get_one(Image, SHA256)
            seen = Seen(SHA256, image.verdict_id or "", image.decision_id)
            said = name_said(appeals_on(session, SHA256))
            at = now() + timedelta(milliseconds=1)
            made = decide(session, seen, moderator_id=person, outcome=outcome, note="", at=at)
            resolve_appeals(
                session, SHA256, seen=said, decision_id=made, outcome=outcome, moderator_id=person, at=at
            )
            if reply:
                reply_with(session, made, reply, moderator_id=person, at=at)
            return made

    def appeal(self) -> Appeal:
        with self.database.reading() as session:
            return session.scalars(select(Appeal)).one()

    def told(self) -> list[tuple[str, str | None]]:
        """The outcome and the reply of each answer that the client is told."""
        query = select(ClientEvent.id).where(ClientEvent.kind == EventKind.APPEAL_RESOLVED)
        with self.database.reading() as session:
            found = [find_event(session, event_id) for event_id in session.scalars(query)]
            answers = [event_json(event)["data"]["appeal"] for event in found if event]
        return [(one["outcome"], one["reply"]) for one in answers]


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


def test_an_artist_is_told_what_stands_and_not_what_was_overruled(story: Story) -> None:
    made = story.rule(story.ren, Outcome.HUMAN)
    report(story.database)
    assert story.told() == [("human", None)]
    appeal = story.appeal()
    assert (appeal.outcome, appeal.decision_id, appeal.resolved_by) == (Outcome.HUMAN, made, story.ren)


def test_an_answer_that_was_escalated_before_it_was_told_answers_nothing(story: Story) -> None:
    story.rule(story.ren, Outcome.ESCALATE)
    report(story.database)
    assert story.told() == []
    assert story.appeal().resolved_at is None
    story.rule(story.ren, Outcome.HUMAN, reply="You are right.")
    report(story.database)
    assert story.told() == [("human", "You are right.")]


def test_who_is_appealed_against_does_not_overrule_the_answer_before_it_is_told(story: Story) -> None:
    with pytest.raises(OwnDecisionError):
        story.rule(story.aiko, Outcome.AI)
    with story.database.writing() as session:
        image = session.get_one(Image, SHA256)
        seen = Seen(SHA256, image.verdict_id or "", image.decision_id)
        stroke = decide_many(session, [seen], Viewer(story.aiko, now()), outcome=Outcome.ASSISTED, note="")
        assert (stroke.decided, stroke.left_out) == (0, 1)
    report(story.database)
    assert story.told() == [("ai", "It stands.")]
