"""The tables of named queues and of what leads assign.

named_queues --< queue_members >-- moderators --< case_assignments --- images
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.ids import new_id
from store.base.columns import Id, Json, UtcDateTime
from store.base.table import Table

QUEUE_NAME = 60  # letters


class NamedQueue(Table):
    """A rule with a name. The rule is filters as an address has them; no case is copied."""

    __tablename__ = "named_queues"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(QUEUE_NAME), unique=True)
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class QueueMember(Table):
    """A moderator who works on a queue."""

    __tablename__ = "queue_members"

    queue_id: Mapped[str] = mapped_column(ForeignKey("named_queues.id"), primary_key=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), primary_key=True, index=True)
