"""Policy: the active thresholds, a preview of others, and changes approved by a second person; for leads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.csv_text import csv_file
from api.review.frame.days import WINDOWS, asked_window
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found, refused
from api.review.frame.permissions import Act
from api.review.frame.words import POLICY_FAULTS
from api.review.verdicts.policy_sides import Pending, compare, make_side, thresholds_of
from core.clock import now
from core.sayings.score_text import read_points
from core.vocabulary import Thresholds
from store.tables.policy_tables import PolicyVersion
from store.tables.review_states import ChangeState
from store.verdicts.policies import (
    PolicyError,
    approve,
    ensure_packaged,
    find_version,
    in_force,
    list_changes,
    list_versions,
    propose,
    refuse,
    withdraw,
)
from store.verdicts.policy_preview import BINS, count_by_score
from store.verdicts.shadow_verdicts import compare_observed

REASON_LENGTH = 1000
CSV_HEADINGS = ("score_from", "score_below", "images", "human", "ai", "assisted")
SETTLING = {"refuse": refuse, "withdraw": withdraw}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks to be compared, as far as it can be read."""

    days: int
    thresholds: Thresholds | None
    fault: str | None
    against: int | None


@review.get("/admin/policy")
@access(Act.MANAGE_POLICY)
def policy() -> str:
    model = _prepare()
    at, asked = now(), _read_asked()
    with parts().database.reading() as session:
        known = _gather(session, model, asked, at) if model else {}
        observed = [compare(one) for one in compare_observed(session, since=_since(at, asked.days))]
    return render_template(
        "review/policy.html",
        model=model,
        asked=asked,
        observed=observed,
        windows=WINDOWS,
        bins=BINS,
        reason_length=REASON_LENGTH,
        may_approve_alone=parts().policy_alone,
        **known,
    )


@review.get("/admin/policy.csv")
@access(Act.MANAGE_POLICY)
def policy_csv() -> Response:
    model, since = _prepare(), _since(now(), _read_asked().days)
    with parts().database.reading() as session:
        tallies = count_by_score(session, model, since=since) if model else []
    rows = (
        (index / BINS, (index + 1) / BINS, tally.images, tally.human, tally.ai, tally.assisted)
        for index, tally in enumerate(tallies)
    )
    return csv_file("kantei-policy.csv", [CSV_HEADINGS, *rows])


@review.post("/admin/policy")
@access(Act.MANAGE_POLICY)
def propose_policy() -> AnyResponse:
    model = _prepare()
    thresholds = _read_thresholds(request.form)
    reason = request.form.get("reason", "").replace("\x00", "").strip()
    if model is None or thresholds is None or not reason or len(reason) > REASON_LENGTH:
        raise refused(
            _("Proposal not saved"),
            _("Enter two thresholds between 0 and 100, and a reason. The proposal was not saved."),
        )
    with _explained(), parts().database.writing() as session:
        propose(session, model, thresholds, moderator_id=me().id, reason=reason, at=now())
    return redirect(url_for("review.policy"), HTTPStatus.SEE_OTHER)


@review.post("/admin/policy/changes/<change_id>")
@access(Act.MANAGE_POLICY)
def settle_policy(change_id: str) -> AnyResponse:
    act = request.form.get("act", "")
    settle = partial(approve, alone=parts().policy_alone) if act == "approve" else SETTLING.get(act)
    if settle is None:
        raise refused(_("No action chosen"), _("Choose approve, reject or withdraw."))
    with _explained(), parts().database.writing() as session:
        settle(session, change_id, moderator_id=me().id, at=now())
    return redirect(url_for("review.policy"), HTTPStatus.SEE_OTHER)


def _gather(session: Session, model: str, asked: Asked, at: datetime) -> dict[str, Any]:
    since = _since(at, asked.days)
    current = in_force(session, model)
    if current is None:
        raise not_found(_("No policy has been set yet."))
    base = find_version(session, asked.against) if asked.against else current
    if base is None:
        raise not_found(_("Version not found."))
    sides = [make_side(session, _title(base), thresholds_of(base), model, since)]
    if asked.thresholds is not None:
        sides.append(make_side(session, "", asked.thresholds, model, since))
    pending = [
        Pending(
            change,
            change.model != model or change.base != current.number,
            make_side(session, "", thresholds_of(change), change.model, change.created_at),
        )
        for change in list_changes(session, ChangeState.OPEN)
    ]
    return {
        "current": current,
        "against": base,
        "sides": sides,
        "by_score": count_by_score(session, model, since=since),
        "pending": pending,
        "versions": list_versions(session),
        "settled": [
            *list_changes(session, ChangeState.REFUSED, limit=20),
            *list_changes(session, ChangeState.WITHDRAWN, limit=20),
        ],
    }


def _title(version: PolicyVersion) -> str:
    return str(version.number)


def _prepare() -> str | None:
    """Write down the classifier's own thresholds where no worker has yet; returns the model."""
    facts, database = parts().facts, parts().database
    if facts.version is None or facts.thresholds is None:
        return None
    with database.reading() as session:
        known = in_force(session, facts.version) is not None
    if not known:
        with database.writing() as session:
            ensure_packaged(session, facts.version, facts.thresholds)
    return facts.version


def _read_asked() -> Asked:
    args = request.args
    against = args.get("against", "")
    thresholds = _read_thresholds(args)
    is_asked = any(args.get(name) for name in ("clear_points", "flagged_points", "clear", "flagged"))
    return Asked(
        days=asked_window(),
        thresholds=thresholds,
        fault="thresholds" if is_asked and thresholds is None else None,
        against=int(against) if against.isascii() and against.isdigit() and len(against) < 9 else None,
    )


def _read_thresholds(values: Mapping[str, str]) -> Thresholds | None:
    """Two thresholds out of a hundred, as the form has them, or None if they are not valid.

    Addresses of earlier versions have them from 0 to 1, as `clear` and `flagged`.
    """
    clear, flagged = (_read_threshold(values, name) for name in ("clear", "flagged"))
    if clear is None or flagged is None:
        return None
    thresholds = Thresholds(clear, flagged)
    return thresholds if 0 < thresholds.clear_below <= thresholds.flagged_from < 1 else None


def _read_threshold(values: Mapping[str, str], name: str) -> float | None:
    if f"{name}_points" in values:
        return read_points(values[f"{name}_points"])
    try:
        return float(values.get(name, ""))
    except ValueError:
        return None


def _since(at: datetime, days: int) -> datetime:
    return at - timedelta(days=days)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except PolicyError as error:
        raise PageError(HTTPStatus.CONFLICT, _("Policy not changed"), _(POLICY_FAULTS[error.fault])) from None
