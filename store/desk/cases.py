"""One case: an image, its verdict, its submissions, and its decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from store.desk.decision_log import LogFilter, LogLine, list_decisions
from store.tables.case_tables import Image, Verdict
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image

MOST = 200  # submissions shown; an image in more listings is counted, and its listings are cut


@dataclass(frozen=True, slots=True)
class Case:
    """What a moderator sees of one image; `verdict` is the latest, `submission_count` counts all."""

    image: Image
    verdict: Verdict
    decisions: list[LogLine]
    submissions: list[Submission]
    submission_count: int


def find_case(session: Session, sha256: str) -> Case | None:
    """Find a case; None where there is no such image or no verdict on it yet."""
    image = find_image(session, sha256)
    if image is None or image.verdict is None:
        return None
    submissions = list(
        session.scalars(
            select(Submission)
            .where(Submission.image_sha256 == sha256)
            .options(joinedload(Submission.client))
            .order_by(Submission.id.desc())
            .limit(MOST)
        )
    )
    count = len(submissions)
    if count == MOST:
        query = select(func.count()).select_from(Submission).where(Submission.image_sha256 == sha256)
        count = session.scalar(query) or 0
    decisions = list_decisions(session, LogFilter(image_sha256=sha256), limit=MOST)
    return Case(image, image.verdict, decisions, submissions, count)


def hide_decisions(images: Iterable[Image | None], blind: set[str]) -> None:
    """Make images that a moderator has as checks look undecided to them.

    The rows are for reading alone: what is changed here is what the page shows, nothing else.
    """
    for image in images:
        if image is not None and image.sha256 in blind:
            set_committed_value(image, "decision_id", None)
            set_committed_value(image, "decision", None)
