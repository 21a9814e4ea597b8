"""An appeal that is opened as another one on the same submission is answered."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.vocabulary import Finding, Outcome, Role
from store.appeals.appeal_resolution import reopen_appeals, resolve_appeals
from store.appeals.appeals import AppealOpenError, add_appeal
from store.base.database import Database
from store.desk.decisions import Seen, decide, undo
from store.people.moderators import add_moderator
from store.tables.case_tables import Image
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.services import postgresql_alone
from tests.store.races import SHA256, examine, meet, submit, take


@pytest.mark.postgresql
@postgresql_alone
def test_no_appeal_is_opened_while_the_answer_to_another_can_be_undone(
    database: Database, aside: ThreadPoolExecutor
) -> None:
    submission_id = submit(database, make_client(database).client.id)
    examine(database, take(database, submission_id), Finding.UNCERTAIN)

    def appeal() -> str:
        with database.writing() as session:
            return add_appeal(session, session.get_one(Submission, submission_id), reason="Mine.").id

    first = appeal()
    with database.writing() as session:
        aiko = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator.id
    with database.writing() as session:
        seen = Seen(SHA256, session.get_one(Image, SHA256).verdict_id or "", None)
        made = decide(session, seen, moderator_id=aiko, outcome=Outcome.AI, note="", at=now())
        resolve_appeals(
            session,
            SHA256,
            newest_seen=first,
            decision_id=made,
            outcome=Outcome.AI,
            moderator_id=aiko,
            at=now(),
        )
        second = aside.submit(appeal)
        meet(database, second)
    with pytest.raises(AppealOpenError):
        second.result(10)
    with database.writing() as session:
        undo(session, made, moderator_id=aiko, at=now())
        reopen_appeals(session, made)
