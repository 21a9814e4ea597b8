"""The table of strikes against sellers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.ids import new_id
from store.base.columns import Id, UtcDateTime
from store.base.table import Table


class Strike(Table):
    """A picture that a seller declared human and a moderator decided AI; it counts until it expires.

    A later decision withdraws it. The seller's name is the client's own word for them.
    """

    __tablename__ = "strikes"
    __table_args__ = (
        Index("ix_strikes_client_id_seller", "client_id", "seller", "expires_at"),
        Index(
            "uq_strikes_standing",
            "image_sha256",
            "client_id",
            "seller",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    seller: Mapped[str] = mapped_column(String(255))
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    listing_id: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
