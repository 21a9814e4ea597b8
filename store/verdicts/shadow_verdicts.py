"""Results of an observed model: stored, compared with the active one, and never acted on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import now
from core.ids import new_id
from core.vocabulary import Finding, Judgement
from store.base.insertion import insert_once
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.policy_tables import ShadowVerdict
from store.verdicts.policy_preview import Tally, tally_of


@dataclass(frozen=True, slots=True)
class Observed:
    """One observed model: since when, how many images it saw, and how its findings lie to the live ones.

    `moves` counts by (live finding, observed finding).
    """

    model: str
    since: datetime
    moves: dict[tuple[Finding, Finding], Tally]

    @property
    def images(self) -> int:
        """Count what both have judged."""
        return sum(tally.images for tally in self.moves.values())

    @property
    def changed(self) -> Tally:
        """Count the images on which the two differ."""
        return sum((tally for (live, other), tally in self.moves.items() if live is not other), start=Tally())

    def by_live(self, finding: Finding) -> Tally:
        """Count what the live model found so."""
        return sum((tally for (live, _), tally in self.moves.items() if live is finding), start=Tally())

    def by_observed(self, finding: Finding) -> Tally:
        """Count what the observed model found so."""
        return sum((tally for (_, other), tally in self.moves.items() if other is finding), start=Tally())


def record_shadow(
    session: Session, *, sha256: str, verdict_id: str, model: str, score: float, judgement: Judgement
) -> None:
    """Keep what an observed model said of an image; its first word stays."""
    row = {
        "id": new_id(),
        "image_sha256": sha256,
        "verdict_id": verdict_id,
        "model": model,
        "policy": judgement.policy,
        "finding": judgement.finding,
        "label": judgement.label,
        "score": score,
        "created_at": now(),
    }
    insert_once(session, ShadowVerdict, row)


def has_shadow(session: Session, sha256: str, model: str) -> bool:
    """True if an observed model has examined this image."""
    query = select(ShadowVerdict.id).where(ShadowVerdict.image_sha256 == sha256, ShadowVerdict.model == model)
    return session.scalar(query) is not None


def compare_observed(session: Session, *, since: datetime) -> list[Observed]:
    """Compare each observed model with the verdicts that counted, and with what people decided."""
    rows = session.execute(
        select(
            ShadowVerdict.model,
            Verdict.finding,
            ShadowVerdict.finding,
            Decision.outcome,
            func.count(),
            func.min(ShadowVerdict.created_at),
        )
        .join(Verdict, Verdict.id == ShadowVerdict.verdict_id)
        .join(Image, Image.sha256 == ShadowVerdict.image_sha256)
        .outerjoin(Decision, Decision.id == Image.decision_id)
        .where(ShadowVerdict.created_at >= since)
        .group_by(ShadowVerdict.model, Verdict.finding, ShadowVerdict.finding, Decision.outcome)
    )
    found: dict[str, Observed] = {}
    for model, live, other, outcome, count, first in rows:
        known = found.get(model) or Observed(model, first, {})
        tally = tally_of(outcome, count)
        moves = known.moves | {(live, other): known.moves.get((live, other), Tally()) + tally}
        found[model] = Observed(model, min(known.since, first), moves)
    return sorted(found.values(), key=lambda one: one.model)
