"""Bulk accusations that wait for a second person: who proposes one cannot confirm it."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from core.ids import new_id
from core.vocabulary import Outcome
from store.clients.own_submissions import own_among
from store.desk.batches import Batch, decide_many
from store.desk.decisions import Seen
from store.desk.queue_filter import Viewer
from store.tables.ground_tables import Ground
from store.tables.review_states import ChangeState
from store.tables.review_tables import BulkProposal

ALONE = 20  # pictures that one person may accuse in one stroke
ACCUSING = frozenset({Outcome.AI, Outcome.ASSISTED})
SHOWN = 50  # open proposals


class ProposalError(Exception):
    """The proposal is settled, or not for this person to settle; nothing was written."""


def needs_second(outcome: Outcome, count: int) -> bool:
    """True if so many decisions in one stroke need another person's confirmation."""
    return outcome in ACCUSING and count > ALONE


def propose_many(
    session: Session,
    seen: Sequence[Seen],
    viewer: Viewer,
    *,
    outcome: Outcome,
    note: str,
    ground: Ground | None,
) -> str:
    """Keep a bulk decision until someone else confirms it; returns its id."""
    proposal = BulkProposal(
        id=new_id(),
        moderator_id=viewer.moderator_id,
        outcome=outcome,
        ground=ground.code if ground is not None else None,
        note=note,
        cases=[[one.sha256, one.verdict_id, one.decision_id] for one in seen],
        created_at=viewer.at,
    )
    session.add(proposal)
    session.flush()
    return proposal.id


def list_proposals(session: Session) -> list[BulkProposal]:
    """List the open proposals with who made them, the oldest first."""
    query = select(BulkProposal).where(BulkProposal.state == ChangeState.OPEN)
    rows = query.options(joinedload(BulkProposal.moderator)).order_by(BulkProposal.id).limit(SHOWN)
    return list(session.scalars(rows))


def find_proposal(session: Session, proposal_id: str) -> BulkProposal | None:
    """Find a proposal, whatever became of it."""
    return session.get(BulkProposal, proposal_id, options=[joinedload(BulkProposal.moderator)])


def count_proposals(session: Session) -> int:
    """Count the open proposals."""
    query = select(func.count()).select_from(BulkProposal).where(BulkProposal.state == ChangeState.OPEN)
    return session.scalar(query) or 0


def seen_of(proposal: BulkProposal) -> list[Seen]:
    """The cases of a proposal, as they were when it was made."""
    return [Seen(sha256, verdict_id, decision_id) for sha256, verdict_id, decision_id in proposal.cases]


def confirm(
    session: Session, proposal: BulkProposal, kept: Sequence[Seen], viewer: Viewer, ground: Ground | None
) -> Batch:
    """Decide those cases of a proposal that were kept, in the proposer's name.

    Cases that changed since are passed over, and those that the second person submitted.
    Errors: ProposalError.
    """
    if proposal.moderator_id == viewer.moderator_id or proposal.moderator.disabled_at is not None:
        raise ProposalError
    _settle(session, proposal, viewer, ChangeState.APPROVED)
    own = own_among(session, [one.sha256 for one in kept], viewer.moderator_id)
    batch = decide_many(
        session,
        [one for one in kept if one.sha256 not in own],
        Viewer(proposal.moderator_id, viewer.at),
        outcome=proposal.outcome,
        note=proposal.note,
        ground=ground,
    )
    proposal.batch_id = batch.id
    return batch


def turn_down(session: Session, proposal: BulkProposal, viewer: Viewer) -> None:
    """Reject someone's proposal, or withdraw one's own. Errors: ProposalError."""
    is_own = proposal.moderator_id == viewer.moderator_id
    _settle(session, proposal, viewer, ChangeState.WITHDRAWN if is_own else ChangeState.REFUSED)


def _settle(session: Session, proposal: BulkProposal, viewer: Viewer, state: ChangeState) -> None:
    """Close an open proposal; of two who do so at once, one finds it closed."""
    settled = session.scalar(
        update(BulkProposal)
        .where(BulkProposal.id == proposal.id, BulkProposal.state == ChangeState.OPEN)
        .values(state=state, settled_by=viewer.moderator_id, settled_at=viewer.at)
        .returning(BulkProposal.id)
        .execution_options(synchronize_session=False)
    )
    if settled is None:
        raise ProposalError
