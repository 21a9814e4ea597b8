"""The tables of second factors."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from store.base.columns import Id, Sha256, UtcDateTime
from store.base.table import Table
from store.tables.people_tables import Moderator


class AuthenticatorApp(Table):
    """The secret that a moderator's authenticator app shares with us (RFC 6238), encrypted.

    `last_step` is the interval of the last accepted code: neither it nor an earlier one is accepted again.
    """

    __tablename__ = "authenticator_apps"

    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), primary_key=True)
    ciphertext: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RecoveryCode(Table):
    """A code that replaces a second factor once, as its SHA-256; the row goes when it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("moderator_id", "code_sha256"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    code_sha256: Mapped[str] = mapped_column(Sha256)


class Passkey(Table):
    """A WebAuthn credential of a moderator, for the host name (`rp_id`) on which it was made.

    `sign_count` is the authenticator's own count of its uses; many count nothing and stay at 0.
    """

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), index=True)
    # As browsers write it: base64url of up to 1,023 bytes.
    credential_id: Mapped[str] = mapped_column(String(1364), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    rp_id: Mapped[str] = mapped_column(String(253))
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moderator: Mapped[Moderator] = relationship(lazy="raise")
