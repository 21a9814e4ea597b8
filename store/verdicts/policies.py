"""Changing policy: proposed by one person, approved by another, every version kept."""

from datetime import datetime

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.clock import now
from core.vocabulary import Thresholds
from store.people.audit_notes import note_event
from store.tables.policy_tables import PolicyChange, PolicyVersion
from store.tables.review_states import ChangeState, PolicyFault


class PolicyError(Exception):
    """The change cannot be made; nothing was written."""

    def __init__(self, fault: PolicyFault) -> None:
        super().__init__(fault)
        self.fault = fault


def ensure_packaged(session: Session, model: str, thresholds: Thresholds) -> None:
    """Write down the thresholds that a classifier brought along, once: its first version."""
    query = select(PolicyVersion.number).where(PolicyVersion.model == model).limit(1)
    if session.scalar(query) is not None:
        return
    try:
        with session.begin_nested():
            session.execute(
                insert(PolicyVersion).values(
                    number=_next_number(session),
                    model=model,
                    clear_below=thresholds.clear_below,
                    flagged_from=thresholds.flagged_from,
                    created_at=now(),
                )
            )
    except IntegrityError:
        # Another process of the same start was quicker. Had it been another model's, ours is written
        # at the next start; until then the packaged thresholds hold without a row.
        return


def in_force(session: Session, model: str) -> PolicyVersion | None:
    """Find the version that judges this model's scores."""
    return session.scalar(_versions().where(PolicyVersion.model == model).limit(1))


def find_version(session: Session, number: int) -> PolicyVersion | None:
    """Find one version, with who proposed and who approved it."""
    return session.scalar(_versions().where(PolicyVersion.number == number))


def list_versions(session: Session, *, limit: int = 100) -> list[PolicyVersion]:
    """List versions, newest first, with who proposed and who approved them."""
    return list(session.scalars(_versions().limit(limit)))


def find_thresholds(session: Session, model: str, number: int | None) -> Thresholds | None:
    """The thresholds of a version, or the model's own; None if they are not known."""
    query = select(PolicyVersion).where(PolicyVersion.model == model)
    query = query.where(
        PolicyVersion.change_id.is_(None) if number is None else PolicyVersion.number == number
    )
    found = session.scalar(query)
    return Thresholds(found.clear_below, found.flagged_from) if found else None


def list_changes(session: Session, state: ChangeState, *, limit: int = 50) -> list[PolicyChange]:
    """List proposals that stand like this, newest first, with the people."""
    return list(
        session.scalars(
            select(PolicyChange)
            .where(PolicyChange.state == state)
            .options(joinedload(PolicyChange.proposer), joinedload(PolicyChange.settler))
            .order_by(PolicyChange.id.desc())
            .limit(limit)
        )
    )


def propose(
    session: Session, model: str, thresholds: Thresholds, *, moderator_id: str, reason: str, at: datetime
) -> str:
    """Propose other thresholds, and return the proposal's id. Errors: `PolicyError`."""
    base = in_force(session, model)
    if not 0 < thresholds.clear_below <= thresholds.flagged_from < 1:
        raise PolicyError(PolicyFault.THRESHOLDS)
    if base is None:
        raise PolicyError(PolicyFault.UNKNOWN)
    if (base.clear_below, base.flagged_from) == (thresholds.clear_below, thresholds.flagged_from):
        raise PolicyError(PolicyFault.SAME)
    change = PolicyChange(
        model=model,
        base=base.number,
        clear_below=thresholds.clear_below,
        flagged_from=thresholds.flagged_from,
        reason=reason,
        proposed_by=moderator_id,
        created_at=at,
    )
    session.add(change)
    session.flush()
    _note(session, "policy_proposed", change, moderator_id, at)
    return change.id


def withdraw(session: Session, change_id: str, *, moderator_id: str, at: datetime) -> None:
    """Take one's own proposal back. Errors: PolicyError."""
    change = _open(session, change_id)
    if change.proposed_by != moderator_id:
        raise PolicyError(PolicyFault.NOT_YOURS)
    _settle(session, change, ChangeState.WITHDRAWN, moderator_id, at)
    _note(session, "policy_withdrawn", change, moderator_id, at)


def refuse(session: Session, change_id: str, *, moderator_id: str, at: datetime) -> None:
    """Reject another person's proposal. Errors: `PolicyError`."""
    change = _open(session, change_id)
    if change.proposed_by == moderator_id:
        raise PolicyError(PolicyFault.YOURS)
    _settle(session, change, ChangeState.REFUSED, moderator_id, at)
    _note(session, "policy_refused", change, moderator_id, at)


def approve(
    session: Session, change_id: str, *, moderator_id: str, at: datetime, alone: bool = False
) -> PolicyVersion:
    """Approve a proposal, as the next version; one's own only where that is allowed, and the log says so.

    Errors: `PolicyError`.
    """
    change = _open(session, change_id)
    is_own = change.proposed_by == moderator_id
    if is_own and not alone:
        raise PolicyError(PolicyFault.OWN_APPROVAL)
    base = in_force(session, change.model)
    if base is None or base.number != change.base:
        raise PolicyError(PolicyFault.STALE)
    _settle(session, change, ChangeState.APPROVED, moderator_id, at)
    version = PolicyVersion(
        number=_next_number(session),
        model=change.model,
        clear_below=change.clear_below,
        flagged_from=change.flagged_from,
        created_at=at,
        change_id=change.id,
    )
    try:
        with session.begin_nested():
            session.add(version)
    except IntegrityError:
        raise PolicyError(PolicyFault.RACE) from None
    told = {"version": version.number} | ({"alone": True} if is_own else {})
    _note(session, "policy_approved", change, moderator_id, at, **told)
    return version


def _versions() -> Select[PolicyVersion]:
    return (
        select(PolicyVersion)
        .options(
            joinedload(PolicyVersion.change).joinedload(PolicyChange.proposer),
            joinedload(PolicyVersion.change).joinedload(PolicyChange.settler),
        )
        .order_by(PolicyVersion.number.desc())
    )


def _next_number(session: Session) -> int:
    return (session.scalar(select(func.max(PolicyVersion.number))) or 0) + 1


def _open(session: Session, change_id: str) -> PolicyChange:
    change = session.get(PolicyChange, change_id)
    if change is None or change.state is not ChangeState.OPEN:
        raise PolicyError(PolicyFault.SETTLED)
    return change


def _settle(
    session: Session, change: PolicyChange, state: ChangeState, moderator_id: str, at: datetime
) -> None:
    """Settle by one conditional UPDATE: of two people at once, one does."""
    settled = session.scalar(
        update(PolicyChange)
        .where(PolicyChange.id == change.id, PolicyChange.state == ChangeState.OPEN)
        .values(state=state, settled_by=moderator_id, settled_at=at)
        .returning(PolicyChange.id)
        .execution_options(synchronize_session=False)
    )
    if settled is None:
        raise PolicyError(PolicyFault.SETTLED)


def _note(
    session: Session, kind: str, change: PolicyChange, moderator_id: str, at: datetime, **more: int
) -> None:
    thresholds = {"clear_below": change.clear_below, "flagged_from": change.flagged_from}
    note_event(
        session, kind, moderator_id=moderator_id, at=at, subject=change.model, detail={**thresholds, **more}
    )
