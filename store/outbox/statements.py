"""Statements of reasons: what the person whose picture it is has to be told of a decision against it.

They name what article 17 of the Digital Services Act asks of a platform, as far as Kantei knows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.declarations import contradiction_of
from core.headlines import Audience, headline
from core.sayings.codes import StatementText
from core.sayings.saying import Saying, render, say
from core.sayings.stored import read_saying, saying_json
from core.vocabulary import Finding, Outcome, State
from store.outbox.submission_json import AGAINST_PICTURE, time_json
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.submission_tables import Submission

DECIDED = {Outcome.AI: StatementText.STATEMENT_AI, Outcome.ASSISTED: StatementText.STATEMENT_ASSISTED}
MOST_REASONS = 5
PAGE = 500
# Limits of the DSA Transparency Database, in characters.
LONGEST_FACTS, LONGEST_EXPLANATION = 5000, 2000


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement for one submission and the decision that was reported on its image.

    `verdict` is the one that the moderator decided on.
    """

    submission: Submission
    decision: Decision
    verdict: Verdict

    @property
    def id(self) -> str:
        """Unique among all statements: another decision is another statement."""
        return f"{self.submission.id}-{self.decision.id}"

    @property
    def own_facts(self) -> list[Saying]:
        """What was decided, what led to it and what was found; nothing that a file says."""
        verdict = self.verdict
        found = headline(Audience.READER, verdict.finding, verdict.basis, verdict.evidence)
        reported = [say(StatementText.STATEMENT_REPORTED)] if self.decision.from_report else []
        return [
            say(DECIDED[self.decision.outcome]),
            *reported,
            say(StatementText.STATEMENT_FOUND, found=found),
        ]

    @property
    def facts(self) -> list[Saying | str]:
        """The facts, and the reasons of the finding."""
        return [*self.own_facts, *(read_saying(one) for one in self.verdict.reasons[:MOST_REASONS])]

    @property
    def is_detected(self) -> bool:
        """True if a finding brought the picture before a moderator: not if clear, or after a report."""
        return self.verdict.finding is not Finding.CLEAR and not self.decision.from_report

    @property
    def means(self) -> Saying:
        """Which automated means were used, and for what."""
        if self.is_detected:
            code = StatementText.STATEMENT_MEANS
        elif self.verdict.finding is Finding.CLEAR:
            code = StatementText.STATEMENT_NOT_DETECTED
        else:
            code = StatementText.STATEMENT_REPORTED_FIRST
        return say(code, model=self.verdict.model, policy=self.decision.policy)

    @property
    def redress(self) -> Saying:
        """How to ask for another look."""
        return say(StatementText.STATEMENT_REDRESS)


def find_statement(submission: Submission) -> Statement | None:
    """The statement for a submission, read with its image's reported decision and that one's verdict.

    None where nothing was decided against the picture, or nothing that can no longer be undone.
    """
    decision = submission.image.reported if submission.image is not None else None
    if decision is None or decision.outcome not in AGAINST_PICTURE:
        return None
    return Statement(submission, decision, decision.verdict)


def statements_between(
    session: Session, since: datetime, until: datetime, *, client_id: str | None = None
) -> Iterator[Statement]:
    """All statements for decisions of a time that stand and were reported, read page by page."""
    query = (
        select(Submission)
        .join(Image, Image.sha256 == Submission.image_sha256)
        .join(Decision, Decision.id == Image.reported_id)
        .where(
            Submission.state == State.EXAMINED,
            Decision.outcome.in_(AGAINST_PICTURE),
            Decision.created_at >= since,
            Decision.created_at < until,
        )
        .options(joinedload(Submission.image).joinedload(Image.reported).joinedload(Decision.verdict))
        .order_by(Submission.id)
        .limit(PAGE)
    )
    if client_id is not None:
        query = query.where(Submission.client_id == client_id)
    last = ""
    while rows := session.scalars(query.where(Submission.id > last)).all():
        for row in rows:
            found = find_statement(row)
            if found is not None:
                yield found
        last = rows[-1].id
        session.expunge_all()


def statement_json(statement: Statement) -> dict[str, Any]:
    """Write a statement for its client, in English and as codes."""
    row, decision, verdict = statement.submission, statement.decision, statement.verdict
    texts, facts = decision.ground_texts, statement.facts
    return {
        "id": statement.id,
        "submission_id": row.id,
        "listing_id": row.listing_id,
        "external_id": row.external_id,
        "outcome": decision.outcome.value,
        "decided_at": time_json(decision.created_at),
        "facts": [render(one) for one in facts],
        "fact_codes": [saying_json(one) for one in facts if isinstance(one, Saying)],
        "from_report": decision.from_report,
        "automated_means": {
            "detection": statement.is_detected,
            "decision": False,
            "model": verdict.model,
            "finding": verdict.finding.value,
            "score": verdict.score,
            "text": render(statement.means),
        },
        "ground": {"code": decision.ground, "text": texts["en"]} if texts else None,
        "policy": decision.policy,
        "declared": row.declared.value,
        "contradiction": contradiction_of(row.declared, verdict.label).value,
        "redress": {
            "text": render(statement.redress),
            "appeal": f"/v1/submissions/{row.id}/appeal",
            "appeal_link": f"/v1/submissions/{row.id}/appeal-link",
        },
    }


def dsa_json(statement: Statement) -> dict[str, Any]:
    """Write the fields of the DSA Transparency Database that Kantei can fill; the platform adds the others.

    No field may hold personal data, so the facts are those that Kantei words itself.
    """
    decision, facts = statement.decision, [*statement.own_facts, statement.means]
    texts = decision.ground_texts
    return {
        "puid": statement.id,
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_explanation": (
            render(facts[0]) + (f" Ground: {texts['en']}." if texts else "")
        )[:LONGEST_EXPLANATION],
        "content_type": ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_SYNTHETIC_MEDIA"],
        "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "decision_facts": " ".join(render(one) for one in facts)[:LONGEST_FACTS],
        # A reader's report is a notification about the terms, and no notice under article 16.
        "source_type": "SOURCE_TYPE_OTHER_NOTIFICATION" if decision.from_report else "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if statement.is_detected else "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }
