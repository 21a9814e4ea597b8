"""Responses with a statement of reasons."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.schemas.answers import Answer, GroundAnswer, ReasonCodeAnswer
from api.schemas.examples import DSA_STATEMENT, STATEMENT
from core.declarations import Contradiction, Declared
from core.vocabulary import Finding


class MeansAnswer(Answer):
    """Which automated means were used. They find images to look at; a moderator decides."""

    detection: bool = Field(
        description="True if the finding brought the image before a moderator. False if a reader's report "
        "came first, or if the finding was clear; then a report, a random check or a moderator's look did."
    )
    decision: bool
    model: str
    finding: Finding
    score: float = Field(ge=0, le=1)
    text: str


class RedressAnswer(Answer):
    """How to ask for another look; paths on this server."""

    text: str
    appeal: str
    appeal_link: str


class StatementAnswer(Answer):
    """Why a moderator decided against an image: what article 17 of the DSA asks a platform to say."""

    model_config = ConfigDict(json_schema_extra={"examples": [STATEMENT]})

    id: str = Field(description="Unique among all statements. Another decision is another statement.")
    submission_id: str
    listing_id: str | None
    external_id: str | None
    outcome: Literal["ai", "assisted"]
    decided_at: datetime
    facts: list[str] = Field(description="Sentences for people, in English.")
    fact_codes: list[ReasonCodeAnswer] = Field(description="The facts as codes, for other languages.")
    from_report: bool = Field(
        description="True if a reader's report brought the image before a moderator, and not a finding."
    )
    automated_means: MeansAnswer
    ground: GroundAnswer | None
    policy: str
    declared: Declared
    contradiction: Contradiction
    redress: RedressAnswer


class DsaStatementAnswer(Answer):
    """Fields of the DSA Transparency Database, named as there. The platform adds those about its own act."""

    model_config = ConfigDict(json_schema_extra={"examples": [DSA_STATEMENT]})

    puid: str
    decision_ground: str
    incompatible_content_explanation: str = Field(max_length=2000)
    content_type: list[str]
    category: str
    decision_facts: str = Field(max_length=5000)
    source_type: str = Field(
        description="`SOURCE_TYPE_OTHER_NOTIFICATION` if a reader's report led to the decision, otherwise "
        "`SOURCE_VOLUNTARY`."
    )
    automated_detection: str
    automated_decision: str
