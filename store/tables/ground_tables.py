"""The table of grounds that leads added or changed; the others are as they ship (`core/usual_grounds.py`)."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.usual_grounds import LONGEST_CODE, LONGEST_TEXT
from store.base.columns import UtcDateTime
from store.base.table import Table


class Ground(Table):
    """A ground as it is offered now; a decision keeps the texts that it was made with."""

    __tablename__ = "grounds"

    code: Mapped[str] = mapped_column(String(LONGEST_CODE), primary_key=True)
    en: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    ja: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language."""
        return {"en": self.en, "ja": self.ja}
