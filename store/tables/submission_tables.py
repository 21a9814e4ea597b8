"""Submissions, which are also the workers' queue, and the keys under which clients repeat one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.declarations import Declared
from core.ids import new_id
from core.title_languages import TitleLanguage, language_of
from core.vocabulary import FailureCode, Priority, Source, State
from store.base.columns import Id, Json, Sha256, UtcDateTime, words
from store.base.table import Table
from store.tables.case_tables import Image, Verdict
from store.tables.client_tables import Client


def _title_language(context: Any) -> TitleLanguage:
    """The language of the title that is stored beside it; a submission's title never changes."""
    return language_of(context.get_current_parameters().get("title"))


class Submission(Table):
    """One request to look at one image; also the queue of truth for the workers."""

    __tablename__ = "submissions"
    __table_args__ = (
        Index("ix_submissions_state_due_at", "state", "due_at"),
        Index("ix_submissions_client_id_id", "client_id", "id"),
        Index("ix_submissions_client_id_listing_id", "client_id", "listing_id", "id"),
        # With all that the queue's filters ask of an image's submissions, so that they read no row.
        Index("ix_submissions_image_sha256", "image_sha256", "client_id", "source", "declared", "language"),
        Index("ix_submissions_listing_id", "listing_id", "image_sha256"),
        # From a client's, a seller's or a source's end, where they have few pictures among many; only of
        # what was examined, so that taking in submissions costs no more for it.
        Index(
            "ix_submissions_shown_client",
            "client_id",
            "listing_id",
            "image_sha256",
            sqlite_where=text("image_sha256 IS NOT NULL"),
            postgresql_where=text("image_sha256 IS NOT NULL"),
        ),
        Index(
            "ix_submissions_shown_source",
            "source",
            "image_sha256",
            sqlite_where=text("image_sha256 IS NOT NULL"),
            postgresql_where=text("image_sha256 IS NOT NULL"),
        ),
        Index(
            "ix_submissions_shown_language",
            "language",
            "image_sha256",
            sqlite_where=text("image_sha256 IS NOT NULL"),
            postgresql_where=text("image_sha256 IS NOT NULL"),
        ),
        # Only of uploads: whether their bytes are still wanted.
        Index(
            "ix_submissions_upload_sha256",
            "upload_sha256",
            sqlite_where=text("upload_sha256 is not null"),
            postgresql_where=text("upload_sha256 is not null"),
        ),
        # Only of failures that are tried again.
        Index(
            "ix_submissions_retry_at",
            "retry_at",
            sqlite_where=text("retry_at is not null"),
            postgresql_where=text("retry_at is not null"),
        ),
        # The same by picture, of which a host that is down may leave very many. A hash takes addresses of any
        # length, which a tree of PostgreSQL's does not.
        Index(
            "ix_submissions_retried_url",
            "image_url",
            postgresql_using="hash",
            sqlite_where=text("retry_at is not null"),
            postgresql_where=text("retry_at is not null"),
        ),
        # Only of what readers reported by its address.
        Index(
            "ix_submissions_reported_url",
            "client_id",
            "reported_url_sha256",
            sqlite_where=text("reported_url_sha256 IS NOT NULL"),
            postgresql_where=text("reported_url_sha256 IS NOT NULL"),
        ),
        # Only of what waits: whose turn it is among many clients, however much has been examined.
        Index(
            "ix_submissions_waiting",
            "priority",
            "client_id",
            "due_at",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    source: Mapped[Source] = mapped_column(words(Source))
    state: Mapped[State] = mapped_column(words(State), default=State.QUEUED)
    priority: Mapped[Priority] = mapped_column(words(Priority), default=Priority.NORMAL)
    image_url: Mapped[str | None] = mapped_column(String(8192))
    upload_sha256: Mapped[str | None] = mapped_column(Sha256)
    # Of `image_url` in one spelling, where a reader's report named it: the next one finds this submission.
    reported_url_sha256: Mapped[str | None] = mapped_column(Sha256)
    page_url: Mapped[str | None] = mapped_column(String(2048))
    title: Mapped[str | None] = mapped_column(String(500))
    language: Mapped[TitleLanguage] = mapped_column(
        words(TitleLanguage), default=_title_language, server_default="other"
    )
    listing_id: Mapped[str | None] = mapped_column(String(255))
    external_id: Mapped[str | None] = mapped_column(String(255))
    callback_url: Mapped[str | None] = mapped_column(String(2048))
    declared: Mapped[Declared] = mapped_column(
        words(Declared), default=Declared.UNKNOWN, server_default="unknown"
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    examined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    tries: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim_id: Mapped[str | None] = mapped_column(Id)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    image_sha256: Mapped[str | None] = mapped_column(ForeignKey("images.sha256"))
    verdict_id: Mapped[str | None] = mapped_column(ForeignKey("verdicts.id"))
    failure_code: Mapped[FailureCode | None] = mapped_column(words(FailureCode))
    failure_reason: Mapped[dict[str, Any] | None] = mapped_column(Json)  # a saying as `{code, values}`
    failure_detail: Mapped[str | None] = mapped_column(String(500))  # what older versions wrote instead
    failure_permanent: Mapped[bool | None] = mapped_column(Boolean)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    client: Mapped[Client] = relationship(lazy="raise")
    image: Mapped[Image | None] = relationship(lazy="raise")
    verdict: Mapped[Verdict | None] = relationship(lazy="raise")

    @property
    def failure_says(self) -> dict[str, Any] | str:
        """Why it failed, as stored: a saying, or the text of an older version."""
        return self.failure_reason or self.failure_detail or ""


class IdempotencyKey(Table):
    """What a client's key has answered, so that a repeat gives the same submission."""

    __tablename__ = "idempotency_keys"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(Sha256)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
