"""Strikes: written and withdrawn when decisions are reported, counted until they expire.

A strike needs both: the seller declared that a person made the picture, and a moderator decided that it was
generated. It is a count for moderators and clients; nothing here acts on it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.market.strike_rules import StrikeRules, next_measure
from core.vocabulary import Outcome
from store.tables.case_tables import Decision
from store.tables.marketplace_tables import Listing
from store.tables.seller_tables import Strike
from store.tables.submission_tables import Submission

Account = tuple[str, str]  # a client's id and its seller's name


def settle_strikes(
    session: Session, decisions: Mapping[str, str | None], rules: StrikeRules, *, at: datetime
) -> dict[str, dict[str, Any]]:
    """Bring strikes up to the decisions reported on images; returns sellers' standings by submission id.

    `decisions` are the images' decisions by SHA-256.
    """
    query = select(Decision.image_sha256).where(
        Decision.id.in_([one for one in decisions.values() if one]), Decision.outcome == Outcome.AI
    )
    against = set(session.scalars(query))
    session.execute(
        update(Strike)
        .where(Strike.image_sha256.in_(decisions.keys() - against), Strike.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
        .execution_options(synchronize_session=False)
    )
    if rules.limit == 0:
        return {}
    shown = session.execute(
        select(Submission.id, Submission.image_sha256, Submission.declared, *_ACCOUNT, Listing.listing_id)
        .join(
            Listing,
            (Listing.client_id == Submission.client_id) & (Listing.listing_id == Submission.listing_id),
        )
        .where(Submission.image_sha256.in_(decisions), Listing.seller.is_not(None))
    ).all()
    standing = {
        (row.image_sha256, row.client_id, row.seller)
        for row in session.execute(
            select(Strike.image_sha256, Strike.client_id, Strike.seller).where(
                Strike.image_sha256.in_(against), Strike.withdrawn_at.is_(None)
            )
        )
    }
    for row in shown:
        key = (row.image_sha256, row.client_id, row.seller)
        if row.image_sha256 in against and row.declared is Declared.HUMAN and key not in standing:
            standing.add(key)
            session.add(
                Strike(
                    client_id=row.client_id,
                    seller=row.seller,
                    image_sha256=row.image_sha256,
                    decision_id=decisions[row.image_sha256],
                    listing_id=row.listing_id,
                    created_at=at,
                    expires_at=at + timedelta(days=rules.days),
                )
            )
    session.flush()
    counts = count_strikes(session, {(row.client_id, row.seller) for row in shown}, at)
    return {row.id: standing_of(row.seller, counts[row.client_id, row.seller], rules) for row in shown}


def standing_of(seller: str, strikes: int, rules: StrikeRules) -> dict[str, Any]:
    """A seller's standing as events keep and tell it."""
    measure = next_measure(strikes, rules)
    return {"name": seller, "strikes": strikes, "strike_limit": rules.limit, "next_measure": measure.value}


def count_strikes(session: Session, accounts: Iterable[Account], at: datetime) -> dict[Account, int]:
    """Count the strikes that stand against each of these sellers."""
    asked = list(accounts)
    rows = session.execute(
        select(Strike.client_id, Strike.seller, func.count())
        .where(tuple_(Strike.client_id, Strike.seller).in_(asked), _counts(at))
        .group_by(Strike.client_id, Strike.seller)
    )
    return dict.fromkeys(asked, 0) | {(client_id, seller): count for client_id, seller, count in rows}


def strikes_against(session: Session, client_id: str, seller: str, at: datetime) -> list[Strike]:
    """List the strikes that stand against a seller, the newest first."""
    query = select(Strike).where(Strike.client_id == client_id, Strike.seller == seller, _counts(at))
    return list(session.scalars(query.order_by(Strike.id.desc()).limit(50)))


def forget_strikes(session: Session, before: datetime) -> int:
    """Delete strikes that expired or were withdrawn before a moment; returns how many."""
    done = (Strike.expires_at < before) | (Strike.withdrawn_at < before)
    return len(session.execute(delete(Strike).where(done).returning(Strike.id)).all())


def _counts(at: datetime) -> ColumnElement[bool]:
    return (Strike.expires_at > at) & Strike.withdrawn_at.is_(None)


_ACCOUNT = (Submission.client_id, Listing.seller)
