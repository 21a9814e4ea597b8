"""Judging similar pictures again after a decision changes; no pixels are classified again."""

import logging
import time
from dataclasses import dataclass

from core.clock import now
from core.vocabulary import Classification, EvidenceKind, read_evidence
from store.base.database import Database
from store.known.known_changes import Undecided, due_changes, move_on, undecided_near
from store.known.known_images import find_known
from store.verdicts.images import record_verdict, rests_on
from store.verdicts.outdated import lock_undecided
from store.verdicts.standing_policy import Standing, StandingPolicy, policy_name
from worker.examining import policy
from worker.examining.known_evidence import known_evidence
from worker.examining.notes import notes_among

CHANGES = 20  # rulings a round
PATIENCE = 2.0  # seconds after which the rest waits for the next round: others have their turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JudgesAgain:
    """What a sweeper needs to judge again: where verdicts are, the model's version, the active thresholds."""

    database: Database
    model: str
    standing: StandingPolicy

    def __call__(self) -> int:
        """Judge again what is due; returns how many verdicts were added or came back.

        A case that someone is looking at waits until they have done, so that nothing changes under
        their eyes. A verdict of another model or policy is left: the next examination makes a new one.
        """
        at, changed, until = now(), 0, time.monotonic() + PATIENCE
        with self.database.reading() as session:
            changes = due_changes(session, at, limit=CHANGES)
        standing = self.standing.current() if changes else None
        for change in changes:
            if standing is None or time.monotonic() > until:
                break
            with self.database.reading() as session:
                seen = undecided_near(session, change, at)
            changed += sum(self._judge(one, standing) for one in seen if not one.is_claimed)
            with self.database.writing() as session:
                move_on(session, change, seen, due_at=at, holds=any(one.is_claimed for one in seen))
        if changed:
            log.info("added %d verdicts to similar pictures after changed decisions", changed)
        return changed

    def _judge(self, one: Undecided, standing: Standing) -> bool:
        verdict, thresholds = one.verdict, standing.thresholds
        name = policy_name(policy.VERSION, standing.number)
        if (verdict.model, verdict.policy) != (self.model, name):
            return False
        said = [read_evidence(item) for item in verdict.evidence]
        with self.database.writing() as session:
            if not lock_undecided(session, one.facts.sha256):
                return False
            known = known_evidence(find_known(session, one.picture_hash, but=one.facts.sha256))
            read = [item for item in said if item.kind not in (EvidenceKind.KNOWN_IMAGE, EvidenceKind.PIXELS)]
            pixels = [item for item in said if item.kind is EvidenceKind.PIXELS]
            evidence = (*read, *known, *pixels)
            if rests_on(evidence) == verdict.rests_on:
                return False
            classification = Classification(verdict.score, verdict.model, verdict.stable)
            notes = notes_among(verdict.reasons)
            judgement = policy.judge(classification, evidence, thresholds, notes=notes, name=name)
            record_verdict(
                session,
                one.facts,
                score=verdict.score,
                risk=policy.risk(classification, evidence, judgement, thresholds),
                model=verdict.model,
                judgement=judgement,
                evidence=evidence,
                stable=verdict.stable,
                policy_number=verdict.policy_number,
                gauge=verdict.gauge,
                views=verdict.views,
            )
        return True
