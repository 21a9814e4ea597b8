"""Moderators and their logins."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import Role
from store.base.columns import Id, Json, Sha256, UtcDateTime, words
from store.base.table import Table
from store.tables.review_states import SecondFactor


class Moderator(Table):
    """A person who reviews; `must_change_password` holds until the one-time password is replaced."""

    __tablename__ = "moderators"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(words(Role))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    preferences: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # Of the OpenID provider's issuer and its name for this person.
    openid_sha256: Mapped[str | None] = mapped_column(Sha256, unique=True)


class Session(Table):
    """A moderator's login, known by the SHA-256 of the token in the cookie.

    While it awaits a second factor it opens no page; `factor` is the one that was shown.
    """

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # When it was last used, to the minute; not known of logins from before this was recorded.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45), default="", server_default="")
    agent: Mapped[str] = mapped_column(String(300), default="", server_default="")
    awaits_factor: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    factor: Mapped[SecondFactor | None] = mapped_column(words(SecondFactor))
    moderator: Mapped[Moderator] = relationship(lazy="raise")
