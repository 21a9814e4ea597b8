"""Submissions as clients make them, for tests that begin behind the API."""

from sqlalchemy.orm import Session

from core.clock import now
from store.intake.submissions import SubmissionRequest, insert_submissions
from store.tables.submission_tables import Submission


def add_submission(session: Session, client_id: str, request: SubmissionRequest) -> Submission:
    """Store one submission, queued and due now, which no message was sent for; its row can be changed."""
    (row,) = insert_submissions(session, client_id, [request], at=now(), sends=0)
    return session.get_one(Submission, row.id)
