"""What left the queue because it was declared AI returns when an admin ends that for a client."""

from sqlalchemy import exists, update
from sqlalchemy.orm import Session

from core.vocabulary import Finding
from store.market.listing_ends import is_shown
from store.tables.case_tables import Image
from store.tables.declaration_tables import DeclaredPass
from store.tables.review_states import ReviewState


def bring_back(session: Session, client_id: str) -> int:
    """Open the cases again that a client's declarations closed; give how many.

    Those whose listings are gone by now stay closed, like all cases of such listings.
    """
    left = exists().where(
        DeclaredPass.image_sha256 == Image.sha256,
        DeclaredPass.client_id == client_id,
        DeclaredPass.is_sampled.is_(False),
    )
    opened = session.scalars(
        update(Image)
        .where(
            Image.review == ReviewState.NONE,
            Image.decision_id.is_(None),
            Image.finding != Finding.CLEAR,
            left,
            is_shown(),
        )
        .values(review=ReviewState.OPEN)
        .returning(Image.sha256)
        .execution_options(synchronize_session=False)
    ).all()
    return len(opened)
