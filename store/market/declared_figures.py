"""How often what a client declares AI is borne out, by the share that is still looked at."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from core.vocabulary import RULINGS, Outcome
from store.tables.case_tables import Decision, Image
from store.tables.declaration_tables import DeclaredPass


@dataclass(frozen=True, slots=True)
class DeclaredFigures:
    """A client's pictures declared AI: those that left the queue, those drawn, what became of these."""

    left: int
    sampled: int
    decided: int
    decided_human: int


def declared_figures(session: Session, client_id: str) -> DeclaredFigures:
    """Count a client's pictures that were declared AI while its setting was on."""
    sampled = DeclaredPass.is_sampled.is_(True)
    row = session.execute(
        select(
            _sum(~sampled),
            _sum(sampled),
            _sum(sampled & Decision.outcome.in_(RULINGS)),
            _sum(sampled & (Decision.outcome == Outcome.HUMAN)),
        )
        .select_from(DeclaredPass)
        .join(Image, Image.sha256 == DeclaredPass.image_sha256)
        .outerjoin(Decision, Decision.id == Image.decision_id)
        .where(DeclaredPass.client_id == client_id)
    ).one()
    return DeclaredFigures(*(int(count or 0) for count in row))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
