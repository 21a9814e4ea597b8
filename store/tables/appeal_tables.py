"""The tables of appeals, of the files sent with them, and of what was written back and forth."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import FileKind, Outcome
from store.base.columns import Id, Json, UtcDateTime, words
from store.base.table import Table
from store.tables.people_tables import Moderator
from store.tables.submission_tables import Submission


class Appeal(Table):
    """A word against what was said; open until a moderator resolves it with a decision."""

    __tablename__ = "appeals"
    __table_args__ = (
        # One open appeal for each submission, whoever asks at the same moment.
        Index(
            "uq_appeals_open",
            "submission_id",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
            sqlite_where=text("resolved_at IS NULL"),
        ),
        Index("ix_appeals_resolved_at_id", "resolved_at", "id"),
        Index("ix_appeals_image_sha256", "image_sha256"),
        Index("ix_appeals_created_at", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    # No constraint: an appeal that was resolved outlives its submission.
    submission_id: Mapped[str] = mapped_column(Id)
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    reason: Mapped[str] = mapped_column(Text)
    evidence_url: Mapped[str | None] = mapped_column(String(2048))
    # Further addresses, and whether it came from the artist's page rather than from the client itself.
    more_urls: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    from_artist: Mapped[bool] = mapped_column(default=False, server_default=false())
    # In which the artist read the page, and so is answered; none where a client appealed.
    language: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Resolved by another person than the one whose decision is appealed against.
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("moderators.id"))
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"))
    # When clients and artists were told, once the decision could no longer be undone.
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome))
    submission: Mapped[Submission | None] = relationship(
        primaryjoin="foreign(Appeal.submission_id) == Submission.id", lazy="raise", viewonly=True
    )
    resolver: Mapped[Moderator | None] = relationship(lazy="raise")
    files: Mapped[list["AppealFile"]] = relationship(order_by="AppealFile.id", lazy="raise", viewonly=True)
    messages: Mapped[list["AppealMessage"]] = relationship(
        order_by="AppealMessage.id", lazy="raise", viewonly=True
    )

    @property
    def evidence_urls(self) -> list[str]:
        """Every URL that the appellant names, the first one first."""
        return [*([self.evidence_url] if self.evidence_url else []), *self.more_urls]

    @property
    def told(self) -> list["AppealMessage"]:
        """The messages that may be seen from outside: none that goes with a decision not yet reported."""
        return [one for one in self.messages if one.decision_id is None or one is self.reply]

    @property
    def reply(self) -> "AppealMessage | None":
        """What a moderator wrote with the decision that was reported as the answer, if anything."""
        if self.reported_at is None:
            return None
        return next((one for one in self.messages if one.decision_id == self.decision_id), None)


class AppealFile(Table):
    """A file that shows how a picture was made: layers, a time lapse, a sketch.

    Kept by its digest among the blobs and never opened here. Once purged, the row says that it was
    there, without its name.
    """

    __tablename__ = "appeal_files"
    __table_args__ = (
        Index("ix_appeal_files_appeal_id", "appeal_id"),
        Index("ix_appeal_files_sha256", "sha256"),
        Index("ix_appeal_files_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeals.id"))
    name: Mapped[str] = mapped_column(String(255))  # as the appellant's computer had it: never a path of ours
    kind: Mapped[FileKind] = mapped_column(words(FileKind))
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    # Not known of files that were sent before this was recorded.
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AppealMessage(Table):
    """What was written after an appeal was opened: by a moderator, or, without one, by the artist.

    A moderator's reply that goes with a decision is told when that decision is; until then, and if it is
    undone, no one outside sees it.
    """

    __tablename__ = "appeal_messages"
    __table_args__ = (Index("ix_appeal_messages_appeal_id", "appeal_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeals.id"))
    moderator_id: Mapped[str | None] = mapped_column(ForeignKey("moderators.id"))
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    moderator: Mapped[Moderator | None] = relationship(lazy="raise")
