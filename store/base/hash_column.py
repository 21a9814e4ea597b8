"""Perceptual hashes as a column: 256 bits, written as 64 hex digits, and how many bits two of them differ by.

PostgreSQL counts bits by itself (`bit_count`, since 14); SQLite asks a function of ours.
"""

from typing import Any

from sqlalchemy import Dialect, Integer, SmallInteger, String, any_, bindparam, cast
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

BITS = 256
WORDS = 16  # of 16 bits each


class HashBits(TypeDecorator[str]):
    """Keep 256 bits as bits where the database can count them, else as the hex digits they come as."""

    impl = String(64)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose what the database sees."""
        return dialect.type_descriptor(BIT(BITS) if dialect.name == "postgresql" else String(64))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write hex digits as the database wants them."""
        if value is None or dialect.name != "postgresql":
            return value
        return f"{int(value, 16):0{BITS}b}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Write bits as hex digits."""
        if value is None or dialect.name != "postgresql":
            return value
        return f"{int(value, 2):064x}"

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[str]:
        """The parameter cast to bits: a text would be compared as a text."""
        return cast(bindparam, self)


class Neighbours(TypeDecorator[str]):
    """A word and its neighbours as array text: 272 parameters cost PostgreSQL more than the search."""

    impl = String
    cache_ok = True

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[Any]:
        """The parameter cast to an array."""
        return cast(bindparam, ARRAY(SmallInteger))


class distance(GenericFunction[int]):  # noqa: N801  # a function in SQL, named as such
    """Count the bits by which two hashes differ."""

    type = Integer()
    inherit_cache = True
    name = "hash_distance"


@compiles(distance, "postgresql")
def _postgresql_distance(element: Any, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(one, **options) for one in element.clauses)
    return f"bit_count({left} # {right})"


def count_differing(left: str, right: str) -> int:
    """Count the bits by which two hashes differ, both in hex."""
    return (int(left, 16) ^ int(right, 16)).bit_count()


def words_of(hex_digits: str) -> list[int]:
    """Cut a hash into its 16 words, as signed integers of 16 bits."""
    return [int(hex_digits[4 * place : 4 * place + 4], 16) - 0x8000 for place in range(WORDS)]


def is_neighbour(column: ColumnElement[int], name: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    """SQL condition: a column's word is among the values of that name, which `neighbours_of_words` makes."""
    if is_sqlite:
        return column.in_(bindparam(name, expanding=True))
    return column == any_(bindparam(name, type_=Neighbours()))


def neighbours_of_words(hex_digits: str, *, is_sqlite: bool) -> dict[str, Any]:
    """The neighbours of each of a hash's words, by the names w0 to w15."""
    found = {f"w{place}": neighbours(word) for place, word in enumerate(words_of(hex_digits))}
    return found if is_sqlite else {name: f"{{{','.join(map(str, one))}}}" for name, one in found.items()}


def neighbours(word: int) -> list[int]:
    """List a word and those that differ from it by one bit."""
    bits = word + 0x8000
    return [word, *((bits ^ (1 << place)) - 0x8000 for place in range(16))]
