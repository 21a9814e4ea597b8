# ruff: noqa: S608  # every name in these statements is one of ours
"""Index what moderators search for: titles, addresses, listings, sellers, notes and appeals.

PostgreSQL searches parts of words by trigrams (pg_trgm), SQLite by a full-text table that triggers keep
up. Where neither is to be had nothing is created, and a search looks at the newest rows only.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# The text of each table that is searched, and the rows that have one. `store/desk/search.py` asks by the
# very same expressions.
TEXTS = {
    "submissions": (
        ("title", "listing_id", "external_id", "page_url", "image_url"),
        "{}image_sha256 is not null",
    ),
    "listings": (("title", "seller", "url"), "true"),
    "appeals": (("reason",), "{}reason <> ''"),
    "decisions": (("note",), "{}note <> ''"),
}
ROWS = "create table search_rows (id integer primary key, owner text not null unique)"


def upgrade() -> None:
    """Create the indexes, or the full-text tables with their triggers."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            if connection.dialect.name == "postgresql":
                _index_trigrams()
            else:
                _fill_tables()
    except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.NotSupportedError):
        pass  # no extension, or no right to it: a search looks at the newest rows


def downgrade() -> None:
    """Drop them again."""
    if op.get_bind().dialect.name == "postgresql":
        for table in TEXTS:
            op.execute(f"drop statistics if exists search_{table}")
            op.execute(f"drop index if exists ix_search_{table}")
        return  # the extension may be somebody else's, and others in this database may use it
    for table in TEXTS:
        for event in ("insert", "update", "delete"):
            op.execute(f"drop trigger if exists search_{table}_{event}")
        op.execute(f"drop table if exists search_{table}")
    op.execute("drop table if exists search_rows")


def _text(columns: tuple[str, ...], row: str = "") -> str:
    return " || ' ' || ".join(f"coalesce({row}{column}, '')" for column in columns)


def _index_trigrams() -> None:
    op.execute("create extension if not exists pg_trgm")
    for table, (columns, holds) in TEXTS.items():
        op.execute(
            f"create index ix_search_{table} on {table} using gin"
            f" (lower({_text(columns)}) gin_trgm_ops) where {holds.format('')}"
        )
        # Partial indexes lend no statistics, and a word that stands everywhere would be taken for a rare one.
        op.execute(f"create statistics search_{table} on (lower({_text(columns)})) from {table}")
        op.execute(f"analyze {table}")


def _fill_tables() -> None:
    op.execute(ROWS)
    for table, (columns, holds) in TEXTS.items():
        name, old, new = f"search_{table}", holds.format("old."), holds.format("new.")
        op.execute(f"create virtual table {name} using fts5(text, tokenize='trigram')")
        forget = (
            f"delete from {name} where rowid = (select id from search_rows where owner = old.id);"
            " delete from search_rows where owner = old.id;"
        )
        add = (
            f"insert into search_rows (owner) select new.id where {new};"
            f" insert into {name} (rowid, text)"
            f" select id, {_text(columns, 'new.')} from search_rows where owner = new.id;"
        )
        op.execute(f"create trigger {name}_insert after insert on {table} when {new} begin {add} end")
        op.execute(f"create trigger {name}_delete after delete on {table} when {old} begin {forget} end")
        watched = ", ".join([*columns, *(["image_sha256"] if table == "submissions" else [])])
        op.execute(
            f"create trigger {name}_update after update of {watched} on {table}"
            f" when ({old}) or ({new}) begin {forget} {add} end"
        )
        op.execute(f"insert into search_rows (owner) select id from {table} where {holds.format('')}")
        op.execute(
            f"insert into {name} (rowid, text) select r.id, {_text(columns, 't.')}"
            f" from {table} t join search_rows r on r.owner = t.id"
        )
