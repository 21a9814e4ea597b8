"""One endpoint for each callback URL, whatever its spelling, and when each last had a turn."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from core.urls import UrlError, canonical_url

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PAGE = 5000
CLIENTS, SUBMISSIONS = (
    sa.table(name, sa.column("id"), sa.column("callback_url")) for name in ("clients", "submissions")
)
CALLBACKS = sa.table("callbacks", *map(sa.column, ("endpoint_id", "state", "due_at")))
ENDPOINTS = sa.table(
    "endpoints",
    *map(
        sa.column,
        ("id", "client_id", "url", "url_sha256", "due_at", "failures", "disabled_at", "succeeded_at"),
    ),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("endpoints", sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_endpoints_client_id_turn_at", "endpoints", ["client_id", "turn_at"], unique=False)
    _respell(CLIENTS)
    _respell(SUBMISSIONS)
    for client_id in op.get_bind().scalars(sa.select(ENDPOINTS.c.client_id).distinct()).all():
        _merge(client_id)


def downgrade() -> None:
    """Go back; what was merged stays merged."""
    op.drop_index("ix_endpoints_client_id_turn_at", "endpoints")
    op.drop_column("endpoints", "turn_at")


def _respell(table: sa.TableClause) -> None:
    """Write every callback URL in its one spelling, a page at a time."""
    connection, last = op.get_bind(), ""
    change = (
        sa.update(table).where(table.c.id == sa.bindparam("row")).values(callback_url=sa.bindparam("spelt"))
    )
    while rows := connection.execute(
        sa.select(table.c.id, table.c.callback_url)  # also of those without: a page must be read quickly
        .where(table.c.id > last)
        .order_by(table.c.id)
        .limit(PAGE)
    ).all():
        last = rows[-1].id
        changed = [
            {"row": row.id, "spelt": spelt}
            for row in rows
            if row.callback_url and (spelt := _canonical(row.callback_url)) != row.callback_url
        ]
        if changed:
            connection.execute(change, changed)


def _merge(client_id: str) -> None:
    """Make one endpoint of those of a client whose URLs are the same."""
    same: dict[str, list[sa.Row[tuple[str, ...]]]] = defaultdict(list)
    for row in op.get_bind().execute(sa.select(ENDPOINTS).where(ENDPOINTS.c.client_id == client_id)):
        same[_canonical(row.url)].append(row)
    for url, rows in same.items():
        if len(rows) > 1 or rows[0].url != url:
            _make_one(url, rows)


def _make_one(url: str, rows: Sequence[sa.Row[tuple[str, ...]]]) -> None:
    """Keep the endpoint that does best, under the URL's one spelling, with the calls of all.

    Calls keep their positions, which count a client's events and so hold across its endpoints, and their
    due times.
    """
    connection = op.get_bind()
    kept = min(rows, key=lambda row: (row.disabled_at is not None, row.failures, row.id))
    others = [{"old": row.id} for row in rows if row is not kept]
    if others:
        connection.execute(
            sa.update(CALLBACKS)
            .where(CALLBACKS.c.endpoint_id == sa.bindparam("old"))
            .values(endpoint_id=kept.id),
            others,
        )
        connection.execute(sa.delete(ENDPOINTS).where(ENDPOINTS.c.id == sa.bindparam("old")), others)
    first_due = (
        sa.select(sa.func.min(CALLBACKS.c.due_at))
        .where(CALLBACKS.c.endpoint_id == kept.id, CALLBACKS.c.state == "waiting")
        .scalar_subquery()
    )
    connection.execute(
        sa.update(ENDPOINTS)
        .where(ENDPOINTS.c.id == kept.id)
        .values(
            url=url,
            url_sha256=hashlib.sha256(url.encode()).hexdigest(),
            due_at=first_due,
            succeeded_at=max((row.succeeded_at for row in rows if row.succeeded_at), default=None),
        )
    )


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except UrlError:  # in one spelling it is longer than the column: it stays an endpoint of its own
        return url
