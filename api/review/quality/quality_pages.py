"""Quality: golden cases, second looks, and what they show about moderators and Kantei; for leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.desk.case_forms import read_note, read_outcome
from api.review.frame.blueprint import review
from api.review.frame.csv_text import csv_file
from api.review.frame.days import WINDOWS, asked_window
from api.review.frame.filters import iso
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, refused
from api.review.frame.permissions import Act
from api.review.frame.pseudonyms import Naming, naming
from api.review.frame.rates import Rate
from core.clock import now
from core.ids import is_id
from core.vocabulary import Outcome
from store.quality.quality import GoldenError, Rates, add_golden, list_golden, rates, retire_golden, set_rates
from store.quality.quality_stats import (
    ModelChecked,
    PersonChecked,
    checked_by_model,
    checked_by_person,
    count_waiting,
    every_answer,
    list_answers,
)
from store.tables.quality_tables import Check

PAGE = 50
HIGHEST = 50  # percent; more checks than cases would be no queue any more
HEADINGS = (
    *("check", "answered_at", "kind", "moderator", "outcome", "expected", "agreed", "note"),
    *("image_sha256", "finding", "score", "model", "policy", "first_decision", "first_moderator"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person's answers as rates."""

    email: str
    golden: Rate
    looks: Rate
    upheld: Rate


@dataclass(frozen=True, slots=True)
class Machine:
    """One model version against known answers, and how often two people agreed on its cases."""

    model: str
    accused: Rate
    found: Rate
    agreed: Rate


@review.get("/admin/quality")
@access(Act.MANAGE_QUALITY)
def quality() -> str:
    since, before = now() - timedelta(days=asked_window()), request.args.get("before", "")
    with parts().database.reading() as session:
        answers = list_answers(session, before_id=before if is_id(before) else None, limit=PAGE + 1)
        known = {
            "rates": rates(session),
            "waiting": count_waiting(session),
            "people": [_person(one) for one in checked_by_person(session, since)],
            "machines": [_machine(one) for one in checked_by_model(session, since)],
            "golden": list_golden(session),
        }
    return render_template(
        "review/quality.html",
        days=asked_window(),
        windows=WINDOWS,
        highest=HIGHEST,
        answers=answers[:PAGE],
        before=answers[PAGE - 1].id if len(answers) > PAGE else None,
        is_first=not before,
        **known,
    )


@review.get("/admin/quality.csv")
@access(Act.MANAGE_QUALITY)
def quality_csv() -> Response:
    name = naming(parts().secret_key, hidden=request.args.get("names") == "hidden")

    def rows() -> Iterator[tuple[object, ...]]:
        yield HEADINGS
        with parts().database.reading() as session:
            for check in every_answer(session):
                yield _row(check, name)

    return csv_file("kantei-quality.csv", rows())


@review.post("/admin/quality")
@access(Act.MANAGE_QUALITY)
def set_quality() -> AnyResponse:
    wanted = Rates(_percent("golden"), _percent("second"))
    with parts().database.writing() as session:
        if wanted != rates(session):
            set_rates(session, wanted, moderator_id=me().id, at=now())
    return redirect(url_for("review.quality"), HTTPStatus.SEE_OTHER)


@review.post("/admin/quality/golden/<sha256>")
@access(Act.MANAGE_QUALITY)
def make_golden(sha256: str) -> AnyResponse:
    answer, lesson = read_outcome(), read_note()
    if answer is Outcome.ESCALATE or not lesson:
        raise refused(_("Golden case not created"), _("Choose the answer and write the lesson."))
    try:
        with parts().database.writing() as session:
            add_golden(session, sha256, answer=answer, lesson=lesson, moderator_id=me().id, at=now())
    except GoldenError:
        raise PageError(
            HTTPStatus.CONFLICT,
            _("Golden case not created"),
            _("Either it is already a golden case, or it has no decision yet."),
        ) from None
    return redirect(url_for("review.case", sha256=sha256), HTTPStatus.SEE_OTHER)


@review.post("/admin/quality/golden/<golden_id>/retired")
@access(Act.MANAGE_QUALITY)
def drop_golden(golden_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        retire_golden(session, golden_id, moderator_id=me().id, at=now())
    return redirect(url_for("review.quality"), HTTPStatus.SEE_OTHER)


def _person(counts: PersonChecked) -> Person:
    return Person(
        counts.email,
        Rate(counts.golden_right, counts.golden),
        Rate(counts.looks_agreed, counts.looks),
        Rate(counts.upheld, counts.looked_at),
    )


def _machine(counts: ModelChecked) -> Machine:
    return Machine(
        counts.model,
        Rate(counts.drawn_flagged, counts.drawn),
        Rate(counts.generated_flagged, counts.generated),
        Rate(counts.agreed, counts.looks),
    )


def _row(check: Check, name: Naming) -> tuple[object, ...]:
    verdict, first = check.verdict, check.decision
    return (
        check.id,
        iso(check.answered_at) if check.answered_at else None,
        check.kind.value,
        name(check.moderator.email if check.moderator else None),
        check.outcome.value if check.outcome else None,
        check.expected.value,
        int(check.outcome is check.expected),
        check.note,
        check.image_sha256,
        verdict.finding.value,
        verdict.score,
        verdict.model,
        verdict.policy,
        check.decision_id,
        name(first.moderator.email if first else None),
    )


def _percent(field: str) -> float:
    text = request.form.get(field, "")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= HIGHEST:
        raise refused(
            _("Rates not changed"),
            _("Enter a rate between 0 and %(most)s percent. The rates were not changed.", most=HIGHEST),
        )
    return value / 100
