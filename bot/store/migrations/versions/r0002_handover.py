"""Cases, the staff they go to, and what a student agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "outbox", sa.Column("channel", sa.String(8), nullable=False, server_default="telegram")
    )
    op.add_column("outbox", sa.Column("case", sa.Integer()))
    op.add_column("outbox", sa.Column("staff", sa.String(32)))
    op.create_index("ix_outbox_case", "outbox", ["case"])
    op.drop_index("ix_outbox_status_chat", "outbox")
    op.create_index("ix_outbox_status_chat", "outbox", ["status", "channel", "chat", "id"])
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("school", sa.String(48), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("trouble", sa.String(12)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_chat", "cases", ["chat"])
    op.create_index("ix_cases_due", "cases", ["due"])
    op.create_index("ix_cases_trouble", "cases", ["trouble"])
    op.create_index("ix_cases_owner", "cases", ["is_open", "school", "owner"])
    _of_a_case("case_words", sa.Column("chat", sa.BigInteger(), nullable=False))
    op.create_index("ix_case_words_chat", "case_words", ["chat"])
    _of_a_case("case_notes")
    op.create_table(
        "cards",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["case"], ["cases.id"], name="fk_cards_case_cases", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place", "message_id", name="pk_cards"),
    )
    op.create_index("ix_cards_case", "cards", ["case"])
    op.create_table(
        "topics",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case"], ["cases.id"], name="fk_topics_case_cases", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place", "case", name="pk_topics"),
    )
    op.create_table(
        "accounts",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("school", sa.String(48), nullable=False),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("forum", sa.Boolean(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("away_until", sa.BigInteger()),
        sa.Column("blocked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("chat", name="pk_accounts"),
        sa.UniqueConstraint("school", "staff", name="uq_accounts_school"),
    )
    op.create_table(
        "tickets",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("school", sa.String(48), nullable=False),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("case", sa.Integer()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("hash", name="pk_tickets"),
    )
    op.create_index("ix_tickets_case", "tickets", ["case"])
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("covers", sa.LargeBinary(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_chat", "consents", ["chat"])
    op.create_index("ix_consents_case", "consents", ["case"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(48), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_case", "audit", ["case"])
    op.create_index("ix_audit_at", "audit", ["at"])


def _of_a_case(name: str, *more: sa.Column) -> None:  # type: ignore[type-arg]
    """What was said about a case."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        *more,
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(48), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case"], ["cases.id"], name=f"fk_{name}_case_cases", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_case", name, ["case"])


def downgrade() -> None:
    for table in (
        "audit",
        "consents",
        "tickets",
        "accounts",
        "topics",
        "cards",
        "case_notes",
        "case_words",
        "cases",
    ):
        op.drop_table(table)
    op.drop_index("ix_outbox_case", "outbox")
    op.drop_index("ix_outbox_status_chat", "outbox")
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.drop_column("staff")
        outbox.drop_column("case")
        outbox.drop_column("channel")
    op.create_index("ix_outbox_status_chat", "outbox", ["status", "chat", "id"])
