"""The tables of clients, their API keys, quotas and webhook secrets."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clients.quota import Quota, QuotaPeriod
from core.clock import now
from core.ids import new_id
from core.vocabulary import Scheme, Source
from store.base.columns import Id, Json, Sha256, UtcDateTime, WordSet, words
from store.base.table import Table


class Client(Table):
    """The holder of API keys: a marketplace, an extension's users, a program."""

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[Source] = mapped_column(words(Source))
    scheme: Mapped[Scheme] = mapped_column(words(Scheme))
    callback_url: Mapped[str | None] = mapped_column(String(2048))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whose it is: no one decides on what they submitted. And whether it shows what is explicit.
    # (No constraint on the owner: SQLite cannot give one to a table that is in use.)
    owner_id: Mapped[str | None] = mapped_column(Id, index=True)
    is_explicit: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Which tags and fields of its products declare what; none for the usual ones.
    declared_words: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # Of its pictures declared AI, the percentage that moderators still look at; none while all wait for them.
    declared_ai_share: Mapped[int | None] = mapped_column(Integer)
    # How many turns it has for another's one, and how many of its events have their place in order.
    weight: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    events_placed: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # Both or neither.
    quota_limit: Mapped[int | None] = mapped_column(Integer)
    quota_period: Mapped[QuotaPeriod | None] = mapped_column(words(QuotaPeriod))

    @property
    def quota(self) -> Quota | None:
        """How many images the client may submit in a period; None for no limit."""
        if self.quota_limit is None or self.quota_period is None:
            return None
        return Quota(self.quota_limit, self.quota_period)

    @quota.setter
    def quota(self, quota: Quota | None) -> None:
        self.quota_limit = quota.limit if quota else None
        self.quota_period = quota.period if quota else None


class ApiKey(Table):
    """A key of a client, known only by its SHA-256 (a random key needs no slow hash)."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    key_sha256: Mapped[str] = mapped_column(Sha256, unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[frozenset[str]] = mapped_column(WordSet)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client: Mapped[Client] = relationship(lazy="raise")


class QuotaUse(Table):
    """How many images a client with a quota has submitted in one of its periods."""

    __tablename__ = "quota_uses"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    used: Mapped[int] = mapped_column(Integer)


class SigningSecret(Table):
    """A webhook secret of a client, encrypted with the secret key; two live ones during rotation."""

    __tablename__ = "signing_secrets"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    ciphertext: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
