"""Clients that belong to a moderator, who must not decide their submissions."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.submission_tables import Submission


def is_own(moderator_id: str) -> ColumnElement[bool]:
    """SQL condition: a client of this moderator has submitted an image."""
    return (
        select(1)
        .select_from(Submission)
        .join(Client, Client.id == Submission.client_id)
        .where(Submission.image_sha256 == Image.sha256, Client.owner_id == moderator_id)
        .correlate(Image)
        .exists()
    )


def own_among(session: Session, sha256s: Sequence[str], moderator_id: str) -> set[str]:
    """Those of these images that a client of this moderator has submitted."""
    query = (
        select(Submission.image_sha256)
        .join(Client, Client.id == Submission.client_id)
        .where(Submission.image_sha256.in_(sha256s), Client.owner_id == moderator_id)
    )
    return {sha256 for sha256 in session.scalars(query) if sha256 is not None}
