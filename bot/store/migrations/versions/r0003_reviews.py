"""What owners of offerings are asked: is this still right?"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school", sa.String(48), nullable=False),
        sa.Column("offering", sa.String(48), nullable=False),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(8)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("applied_at", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_reviews"),
    )
    op.create_index("ix_reviews_asked_at", "reviews", ["asked_at"])
    op.add_column("tickets", sa.Column("review", sa.Integer()))


def downgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_column("review")
    op.drop_table("reviews")
