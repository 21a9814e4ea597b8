"""What was inferred until now: whether scores were stable, which thresholds held, and what is animated."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PAGE = 1000
IMAGES = sa.table("images", *map(sa.column, ("sha256", "format")), sa.column("is_animated", sa.Boolean))
VERDICTS = sa.table(
    "verdicts",
    *map(sa.column, ("id", "basis", "policy", "policy_number")),
    sa.column("stable", sa.Boolean),
    sa.column("evidence", sa.JSON),
    sa.column("reasons", sa.JSON),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("images", sa.Column("is_animated", sa.Boolean(), nullable=True))
    _note_animated()
    op.add_column("verdicts", sa.Column("stable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("verdicts", sa.Column("policy_number", sa.Integer(), nullable=True))
    _fill()


def downgrade() -> None:
    """Go back."""
    op.drop_column("verdicts", "policy_number")
    op.drop_column("verdicts", "stable")
    op.drop_column("images", "is_animated")


def _note_animated() -> None:
    """Record it for formats that always or never move, and for GIFs, taken to move; other files are read."""
    for part in range(256):  # in steps that no statement's time limit ends
        op.get_bind().execute(
            sa.update(IMAGES)
            .where(
                IMAGES.c.sha256 >= f"{part:02x}",
                IMAGES.c.sha256 < f"{part:02x}g",
                IMAGES.c.format.in_(["jpeg", "bmp", "gif"]),
            )
            .values(is_animated=IMAGES.c.format == "gif")
        )


def _fill() -> None:
    """Record for each verdict what its policy's name, basis and evidence tell, a page at a time."""
    connection, last = op.get_bind(), ""
    change = (
        sa.update(VERDICTS)
        .where(VERDICTS.c.id == sa.bindparam("row"))
        .values(stable=sa.bindparam("held"), policy_number=sa.bindparam("number"))
    )
    columns = (VERDICTS.c.id, VERDICTS.c.basis, VERDICTS.c.policy, VERDICTS.c.evidence, VERDICTS.c.reasons)
    while rows := connection.execute(
        sa.select(*columns).where(VERDICTS.c.id > last).order_by(VERDICTS.c.id).limit(PAGE)
    ).all():
        last = rows[-1].id
        found = [
            {
                "row": row.id,
                "held": _stable(row.basis, row.evidence, row.reasons),
                "number": _number(row.policy),
            }
            for row in rows
        ]
        changed = [one for one in found if not one["held"] or one["number"] is not None]
        if changed:
            connection.execute(change, changed)


def _stable(basis: str, evidence: list[dict[str, Any]], reasons: list[object]) -> bool:
    """Whether the score held; where the evidence decided, what was said of the pixels tells."""
    if basis != "evidence":
        return basis != "unstable"
    if any(item.get("kind") == "pixels" and item.get("label") for item in evidence):
        return True  # of a score that does not hold, the pixels have no label
    return not any(isinstance(reason, str) and "crosses a threshold" in reason for reason in reasons)


def _number(policy: str) -> int | None:
    """The version of the thresholds in a policy's name, such as 7 in `2026-11-2.7`."""
    _, _, number = policy.partition(".")
    return int(number) if number.isascii() and number.isdigit() else None
