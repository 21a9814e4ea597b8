"""The table of pictures that may leave the queue because they are declared AI."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from store.base.columns import UtcDateTime
from store.base.table import Table


class DeclaredPass(Table):
    """A client's picture that was declared AI: it may leave the queue, or was drawn to be looked at."""

    __tablename__ = "declared_passes"

    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), primary_key=True, index=True)
    is_sampled: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
