"""Known images: perceptual hashes of pictures and of others' lists, and verdicts that rest on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WORDS = tuple(f"w{place}" for place in range(16))
OLD = ["image_sha256", "model", "policy"]
NEW = [*OLD, "rests_on"]
BITS = sa.String(length=64).with_variant(postgresql.BIT(256), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "image_hashes",
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("hash", BITS, nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        *_words(),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_image_hashes_image_sha256")
        ),
        sa.PrimaryKeyConstraint("image_sha256", name=op.f("pk_image_hashes")),
    )
    op.create_table(
        "hash_lists",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hash_lists")),
        sa.UniqueConstraint("name", name=op.f("uq_hash_lists_name")),
    )
    op.create_table(
        "listed_hashes",
        sa.Column("list_id", sa.String(length=32), nullable=False),
        sa.Column("hash", BITS, nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        *_words(),
        sa.ForeignKeyConstraint(["list_id"], ["hash_lists.id"], name=op.f("fk_listed_hashes_list_id")),
        sa.PrimaryKeyConstraint("list_id", "hash", name=op.f("pk_listed_hashes")),
    )
    op.create_table(
        "known_changes",
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_known_changes_image_sha256")
        ),
        sa.PrimaryKeyConstraint("image_sha256", name=op.f("pk_known_changes")),
    )
    op.create_index("ix_known_changes_due_at", "known_changes", ["due_at"], unique=False)
    for table in ("image_hashes", "listed_hashes"):
        for word in WORDS:
            op.create_index(f"ix_{table}_{word}", table, [word], unique=False)
    op.add_column("verdicts", sa.Column("rests_on", sa.String(length=32), server_default="", nullable=False))
    _unique(OLD, NEW)


def downgrade() -> None:
    """Go back: of verdicts that differ in what they rest on alone, the first is what others point at."""
    _keep_one()
    _unique(NEW, OLD)
    op.drop_column("verdicts", "rests_on")
    for table in ("known_changes", "listed_hashes", "hash_lists", "image_hashes"):
        op.drop_table(table)


def _words() -> list[sa.Column[int]]:
    return [sa.Column(word, sa.SmallInteger(), nullable=False) for word in WORDS]


def _unique(was: list[str], now: list[str]) -> None:
    """Change the unique constraint of verdicts; SQLite rebuilds the table for that."""
    with op.batch_alter_table("verdicts") as batch:
        batch.drop_constraint(f"uq_verdicts_{'_'.join(was)}", type_="unique")
        batch.create_unique_constraint(f"uq_verdicts_{'_'.join(now)}", now)


def _keep_one() -> None:
    first = (
        "(SELECT MIN(o.id) FROM verdicts o WHERE o.image_sha256 = v.image_sha256"
        " AND o.model = v.model AND o.policy = v.policy)"
    )
    for table in ("submissions", "decisions", "images", "shadow_verdicts"):
        own = f"(SELECT {first} FROM verdicts v WHERE v.id = {table}.verdict_id)"  # noqa: S608  # our own words
        op.execute(f"UPDATE {table} SET verdict_id = {own} WHERE verdict_id IS NOT NULL")  # noqa: S608
    op.execute(f"DELETE FROM verdicts AS v WHERE v.id <> {first}")  # noqa: S608
