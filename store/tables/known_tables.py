"""The tables of known images: perceptual hashes of our own pictures and of others' lists.

    images --- image_hashes          hash_lists --< listed_hashes
       \\--- known_changes (decisions whose near copies want to be judged again)
       \\--- decided_looks (what pictures look like that a person decided)

Of two hashes within 31 bits of each other at least one of the 16 words differs by one bit or none, for
two bits in each would make 32. So each word has an index, and 17 questions to each find all that are near
(multi-index hashing: Norouzi, Punjani, Fleet, CVPR 2012), on every machine and always up to date.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import Label
from store.base.columns import Id, Sha256, UtcDateTime, words
from store.base.hash_column import HashBits
from store.base.table import Table


class HashWords:
    """The 16 words of a hash, each with an index."""

    w0: Mapped[int] = mapped_column(SmallInteger, index=True)
    w1: Mapped[int] = mapped_column(SmallInteger, index=True)
    w2: Mapped[int] = mapped_column(SmallInteger, index=True)
    w3: Mapped[int] = mapped_column(SmallInteger, index=True)
    w4: Mapped[int] = mapped_column(SmallInteger, index=True)
    w5: Mapped[int] = mapped_column(SmallInteger, index=True)
    w6: Mapped[int] = mapped_column(SmallInteger, index=True)
    w7: Mapped[int] = mapped_column(SmallInteger, index=True)
    w8: Mapped[int] = mapped_column(SmallInteger, index=True)
    w9: Mapped[int] = mapped_column(SmallInteger, index=True)
    w10: Mapped[int] = mapped_column(SmallInteger, index=True)
    w11: Mapped[int] = mapped_column(SmallInteger, index=True)
    w12: Mapped[int] = mapped_column(SmallInteger, index=True)
    w13: Mapped[int] = mapped_column(SmallInteger, index=True)
    w14: Mapped[int] = mapped_column(SmallInteger, index=True)
    w15: Mapped[int] = mapped_column(SmallInteger, index=True)


class ImageHash(HashWords, Table):
    """The perceptual hash of an image; one of too little quality (below 50) is kept and never matched."""

    __tablename__ = "image_hashes"

    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    hash: Mapped[str] = mapped_column(HashBits)
    quality: Mapped[int] = mapped_column(SmallInteger)


class DecidedLook(HashWords, Table):
    """What a decided picture looks like, for finding it from others that look alike.

    Looks differ by far more bits than near copies do, so that a shared word is likely, not certain: of a
    million decided pictures enough share one.
    """

    __tablename__ = "decided_looks"

    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(HashBits)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class HashList(Table):
    """A list of hashes that someone else made, by the name of its source."""

    __tablename__ = "hash_lists"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    count: Mapped[int] = mapped_column(Integer, default=0)


class ListedHash(HashWords, Table):
    """A hash of a list, and what the list says of its picture."""

    __tablename__ = "listed_hashes"

    list_id: Mapped[str] = mapped_column(ForeignKey("hash_lists.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(HashBits, primary_key=True)
    label: Mapped[Label] = mapped_column(words(Label))
    list: Mapped[HashList] = relationship(lazy="raise")


class KnownChange(Table):
    """A decision that was made, changed or taken back: near copies are judged again from `due_at` on.

    `after_sha256` is how far that has come.
    """

    __tablename__ = "known_changes"

    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    after_sha256: Mapped[str] = mapped_column(Sha256, default="")
