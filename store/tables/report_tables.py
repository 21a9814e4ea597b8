"""The tables of readers' reports, and of readers who are muted."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import Outcome
from store.base.columns import Id, Sha256, UtcDateTime, words
from store.base.table import Table
from store.tables.client_tables import Client
from store.tables.people_tables import Moderator


class ReaderReport(Table):
    """A reader's word that a picture looks generated: it asks for a look, and moves nothing else.

    `reader` is a pseudonym; whose it is only the client knows. `outcome` is the decision that was reported
    on the picture, by which the reader was right or wrong.
    """

    __tablename__ = "reader_reports"
    __table_args__ = (
        UniqueConstraint("client_id", "reader", "submission_id"),
        Index("ix_reader_reports_image_sha256", "image_sha256", "client_id", "reader"),
        Index("ix_reader_reports_submission_id", "submission_id"),
        Index("ix_reader_reports_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    reader: Mapped[str] = mapped_column(Sha256)
    # No constraint: submissions are purged. The image is known once the submission is examined.
    submission_id: Mapped[str] = mapped_column(Id)
    image_sha256: Mapped[str | None] = mapped_column(Sha256)
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    is_muted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class MutedReader(Table):
    """A reader whose reports are kept and ask for no look."""

    __tablename__ = "muted_readers"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    reader: Mapped[str] = mapped_column(Sha256, primary_key=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    client: Mapped[Client] = relationship(lazy="raise")
    moderator: Mapped[Moderator] = relationship(lazy="raise")
