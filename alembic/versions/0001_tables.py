"""All tables, with the keys and constraints that make wrong states impossible."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            server_default=sa.text("((pg_current_xact_id())::text)::bigint"),
            nullable=False,
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("decision", postgresql.JSONB(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("settings_revision", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(position IS NULL) = (seal IS NULL)", name=op.f("ck_event_sealed_with_position")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_event_seq")),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_event"),
        sa.UniqueConstraint(
            "provider_id", "subject_kind", "subject_id", "seq", name="uq_event_provider_id_subject_kind_subject_id_seq"
        ),
    )
    op.create_index(
        "ix_event_unsequenced",
        "event",
        ["provider_id", "transaction", "id"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_index(
        "ix_event_noticed",
        "event",
        ["provider_id", sa.literal_column("(data ->> 'account_id')"), "id"],
        unique=False,
        postgresql_where=sa.text("type = 'monitoring.noticed'"),
    )
    op.create_index(
        "uq_event_breach",
        "event",
        ["provider_id", "subject_id", sa.literal_column("(data ->> 'metric')"), sa.literal_column("(data ->> 'cycle')")],
        unique=True,
        postgresql_where=sa.text("type = 'ticket.breached'"),
    )
    op.create_index("uq_event_position", "event", ["provider_id", "position"], unique=True)
    op.create_table(
        "idempotency_key",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(key) BETWEEN 1 AND 255", name=op.f("ck_idempotency_key_key")),
        sa.CheckConstraint("status BETWEEN 200 AND 599", name=op.f("ck_idempotency_key_status")),
        sa.PrimaryKeyConstraint("provider_id", "principal", "key", name="pk_idempotency_key"),
    )
    op.create_index("ix_idempotency_key_expiry", "idempotency_key", ["expires_at"], unique=False)
    op.create_table(
        "provider",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("prefix ~ '^[A-Z]{2,8}$'", name=op.f("ck_provider_prefix")),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{0,62}$'", name=op.f("ck_provider_slug")),
        sa.PrimaryKeyConstraint("id", name="pk_provider"),
        sa.UniqueConstraint("prefix", name="uq_provider_prefix"),
        sa.UniqueConstraint("slug", name="uq_provider_slug"),
    )
    op.create_table(
        "account",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("hold_proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("products", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("product_variant", sa.Text(), nullable=True),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("market_catalogue", postgresql.JSONB(), nullable=True),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("contact_info_current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("contact_info_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reseller_id", sa.Uuid(), nullable=True),
        sa.Column("is_reseller", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("users_total", sa.Integer(), nullable=True),
        sa.Column("abuse_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("vip", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("contract", postgresql.JSONB(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.CheckConstraint("(state = 'on_hold') = (held_since IS NOT NULL)", name=op.f("ck_account_held_since")),
        sa.CheckConstraint("state IN ('active', 'on_hold', 'closed')", name=op.f("ck_account_state")),
        sa.CheckConstraint("users_total >= 0 AND abuse_count >= 0", name=op.f("ck_account_never_negative")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_account_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_account"),
        sa.UniqueConstraint("provider_id", "number", name="uq_account_provider_id_number"),
    )
    op.create_index(
        "ix_account_hold_proposed",
        "account",
        ["provider_id", "id"],
        unique=False,
        postgresql_where=sa.text("hold_proposed_at IS NOT NULL"),
    )
    op.create_index("ix_account_reseller", "account", ["provider_id", "reseller_id", "id"], unique=False)
    op.create_index(
        "ix_account_server",
        "account",
        ["provider_id", "server"],
        unique=False,
        postgresql_where=sa.text("server IS NOT NULL"),
    )
    op.create_index(
        "uq_account_external_ref",
        "account",
        ["provider_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "import",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("rows_total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'running', 'done', 'failed')", name=op.f("ck_import_state")),
        sa.CheckConstraint(
            "rows_total >= 0 AND rows_done >= 0 AND rows_failed >= 0", name=op.f("ck_import_never_negative")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_import_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_import"),
    )
    op.create_index(
        "ix_import_pending", "import", ["id"], unique=False, postgresql_where=sa.text("state IN ('pending', 'running')")
    )
    op.create_table(
        "import_row",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("errors", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint("outcome IN ('created', 'changed', 'kept', 'failed')", name=op.f("ck_import_row_outcome")),
        sa.CheckConstraint("(outcome = 'failed') = (subject_id IS NULL)", name=op.f("ck_import_row_subject")),
        sa.ForeignKeyConstraint(
            ["provider_id", "import_id"],
            ["import.provider_id", "import.id"],
            name="fk_import_row_provider_id_import_id",
        ),
        sa.PrimaryKeyConstraint("provider_id", "import_id", "number", name="pk_import_row"),
    )
    op.create_table(
        "notice",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("audience", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("held_by", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('incident', 'maintenance', 'security', 'announcement')", name=op.f("ck_notice_kind")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'scheduled', 'open', 'resolved', 'withdrawn')", name=op.f("ck_notice_state")
        ),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_notice_order")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_notice_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_notice"),
    )
    op.create_index("ix_notice_state", "notice", ["provider_id", "state", "id"], unique=False)
    op.create_index(
        "uq_notice_external_ref",
        "notice",
        ["provider_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_index(
        "uq_notice_open_incident",
        "notice",
        ["provider_id", "server"],
        unique=True,
        postgresql_where=sa.text("kind = 'incident' AND state = 'open'"),
    )
    op.create_table(
        "policy_version",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("warnings", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_policy_version_number")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_policy_version_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_policy_version"),
        sa.UniqueConstraint("provider_id", "number", name="uq_policy_version_provider_id_number"),
    )
    op.create_index(
        "ix_policy_version_in_force", "policy_version", ["provider_id", "effective_from", "number"], unique=False
    )
    op.create_table(
        "settings_revision",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_settings_revision_number")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_settings_revision_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_settings_revision"),
        sa.UniqueConstraint("provider_id", "number", name="uq_settings_revision_provider_id_number"),
    )
    op.create_index(
        "ix_settings_revision_in_force", "settings_revision", ["provider_id", "effective_from", "number"], unique=False
    )
    op.create_table(
        "staff",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("supervisor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("email !~ '[A-Z]'", name=op.f("ck_staff_email_lower_case")),
        sa.CheckConstraint("role IN ('staff', 'admin')", name=op.f("ck_staff_role")),
        sa.CheckConstraint("level >= 1", name=op.f("ck_staff_level")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_staff_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_staff"),
        sa.UniqueConstraint("provider_id", "email", name="uq_staff_provider_id_email"),
    )
    op.create_table(
        "webhook",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("event_types", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(previous_secret IS NULL) = (previous_expires_at IS NULL)", name=op.f("ck_webhook_previous_secret_expires")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_webhook_never_negative")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_webhook_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_webhook"),
    )
    op.create_table(
        "contact",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_role", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("flag", sa.Text(), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email !~ '[A-Z]'", name=op.f("ck_contact_email_lower_case")),
        sa.CheckConstraint(
            "token_role IN ('authorised_contact', 'primary_contact', 'secondary_contact')",
            name=op.f("ck_contact_token_role"),
        ),
        sa.CheckConstraint(
            "removed_at IS NOT NULL OR num_nonnulls(email, login, name) > 0", name=op.f("ck_contact_identifiable")
        ),
        sa.CheckConstraint("slot > 0", name=op.f("ck_contact_slot")),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["account.provider_id", "account.id"],
            name="fk_contact_provider_id_account_id",
        ),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_contact"),
    )
    op.create_index("ix_contact_account", "contact", ["provider_id", "account_id", "id"], unique=False)
    op.create_index(
        "ix_contact_sender",
        "contact",
        ["provider_id", "email"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_contact_email",
        "contact",
        ["provider_id", "account_id", "email"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_contact_login",
        "contact",
        ["provider_id", "account_id", "login"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_contact_slot",
        "contact",
        ["provider_id", "account_id", "role", "slot"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "page",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("on_call", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("all_at_once", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'triggered'"), nullable=False),
        sa.Column("calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'triggered') = (escalate_at IS NOT NULL)", name=op.f("ck_page_escalates")),
        sa.CheckConstraint("state IN ('triggered', 'acknowledged', 'resolved')", name=op.f("ck_page_state")),
        sa.ForeignKeyConstraint(
            ["provider_id", "event_id"], ["event.provider_id", "event.id"], name="fk_page_provider_id_event_id"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_page_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_page"),
    )
    op.create_index(
        "ix_page_escalation", "page", ["escalate_at"], unique=False, postgresql_where=sa.text("state = 'triggered'")
    )
    op.create_index(
        "ix_page_server", "page", ["provider_id", "server"], unique=False, postgresql_where=sa.text("state <> 'resolved'")
    )
    op.create_index(
        "uq_page_going_on",
        "page",
        ["provider_id", "subject_kind", "subject_id", "audience"],
        unique=True,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_table(
        "delivery",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("webhook_id", sa.Uuid(), nullable=True),
        sa.Column("target", postgresql.JSONB(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.SmallInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("attempt_log", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'webhook') = (webhook_id IS NOT NULL)", name=op.f("ck_delivery_webhook")),
        sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_delivery_delivered_at")),
        sa.CheckConstraint("kind IN ('webhook', 'mail', 'page', 'announcement')", name=op.f("ck_delivery_kind")),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'dead')", name=op.f("ck_delivery_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_delivery_never_negative")),
        sa.ForeignKeyConstraint(
            ["provider_id", "event_id"], ["event.provider_id", "event.id"], name="fk_delivery_provider_id_event_id"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "webhook_id"],
            ["webhook.provider_id", "webhook.id"],
            name="fk_delivery_provider_id_webhook_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_delivery_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_dead", "delivery", ["provider_id", "id"], unique=False, postgresql_where=sa.text("state = 'dead'")
    )
    op.create_index(
        "ix_delivery_delivered",
        "delivery",
        ["delivered_at"],
        unique=False,
        postgresql_where=sa.text("state = 'delivered'"),
    )
    op.create_index("ix_delivery_event", "delivery", ["provider_id", "event_id"], unique=False)
    op.create_index(
        "ix_delivery_pending", "delivery", ["next_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index("ix_delivery_webhook", "delivery", ["provider_id", "webhook_id", "id"], unique=False)
    op.create_index(
        "uq_delivery_webhook_event",
        "delivery",
        ["provider_id", "webhook_id", "event_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'webhook'"),
    )
    op.create_table(
        "hosted_domain",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("name !~ '[A-Z]'", name=op.f("ck_hosted_domain_name_lower_case")),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["account.provider_id", "account.id"],
            name="fk_hosted_domain_provider_id_account_id",
        ),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_hosted_domain"),
        sa.UniqueConstraint("provider_id", "account_id", "name", name="uq_hosted_domain_provider_id_account_id_name"),
    )
    op.create_index("ix_hosted_domain_name", "hosted_domain", ["provider_id", "name"], unique=False)
    op.create_table(
        "reseller",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["account.provider_id", "account.id"],
            name="fk_reseller_provider_id_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "parent_id"],
            ["reseller.provider_id", "reseller.id"],
            name="fk_reseller_provider_id_parent_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_reseller_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_reseller"),
        sa.UniqueConstraint("provider_id", "number", name="uq_reseller_provider_id_number"),
    )
    op.create_index(
        "ix_reseller_parent",
        "reseller",
        ["provider_id", "parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index("uq_reseller_account", "reseller", ["provider_id", "account_id"], unique=True)
    op.create_index(
        "uq_reseller_external_ref",
        "reseller",
        ["provider_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "api_client",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'service'"), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("previous_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(role = 'reseller') = (reseller_id IS NOT NULL)", name=op.f("ck_api_client_reseller")),
        sa.CheckConstraint("role IN ('service', 'reseller')", name=op.f("ck_api_client_role")),
        sa.CheckConstraint(
            "scopes <@ ARRAY['submit', 'inbound', 'events', 'payments']::text[]", name=op.f("ck_api_client_scopes")
        ),
        sa.CheckConstraint(
            "(previous_secret_hash IS NULL) = (previous_expires_at IS NULL)",
            name=op.f("ck_api_client_previous_secret_expires"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "reseller_id"],
            ["reseller.provider_id", "reseller.id"],
            name="fk_api_client_provider_id_reseller_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_api_client_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_api_client"),
        sa.UniqueConstraint("provider_id", "name", name="uq_api_client_provider_id_name"),
    )
    op.create_table(
        "ticket",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("topic_source", sa.Text(), nullable=True),
        sa.Column("coverage", sa.Text(), nullable=False),
        sa.Column("work_gate", sa.Text(), nullable=False),
        sa.Column("fee", postgresql.JSONB(), nullable=False),
        sa.Column("schedule", postgresql.JSONB(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("requester", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("standing", sa.Text(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("reseller_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("claimed", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("decision", postgresql.JSONB(), nullable=False),
        sa.Column("state", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("settings_revision", sa.Integer(), nullable=False),
        sa.Column("estimated_minutes", sa.Integer(), nullable=True),
        sa.Column("worked_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("follow_up_of", sa.Uuid(), nullable=True),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("woken", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("breached", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', reference || ' ' || coalesce(external_ref, '') || ' ' || left(subject, 2000))"
                " || CASE split_part(lower(language), '-', 1)"
                " WHEN 'en' THEN to_tsvector('english', reference || ' ' || coalesce(external_ref, '') || ' ' || left(subject, 2000))"
                " WHEN 'fr' THEN to_tsvector('french', reference || ' ' || coalesce(external_ref, '') || ' ' || left(subject, 2000))"
                " WHEN 'pt' THEN to_tsvector('portuguese', reference || ' ' || coalesce(external_ref, '') || ' ' || left(subject, 2000))"
                " ELSE ''::tsvector END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "coverage IN ('covered', 'billable', 'best_effort', 'discretionary', 'self_service', 'not_supported', 'unspecified')",
            name=op.f("ck_ticket_coverage"),
        ),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'merged', 'held', 'refused', 'auto_closed')", name=op.f("ck_ticket_outcome")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'waiting_customer', 'waiting_consent', 'waiting_payment', 'on_hold', 'scheduled', 'resolved', 'closed')",
            name=op.f("ck_ticket_status"),
        ),
        sa.CheckConstraint(
            "work_gate IN ('open', 'awaiting_availability', 'awaiting_staff_decision', 'awaiting_quote', 'awaiting_consent', 'awaiting_payment', 'scheduled', 'closed')",
            name=op.f("ck_ticket_work_gate"),
        ),
        sa.CheckConstraint("estimated_minutes >= 0 AND worked_minutes >= 0", name=op.f("ck_ticket_never_negative")),
        sa.CheckConstraint("level >= 0", name=op.f("ck_ticket_level")),
        sa.CheckConstraint("merged_into <> id AND follow_up_of <> id", name=op.f("ck_ticket_not_its_own_kin")),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["account.provider_id", "account.id"],
            name="fk_ticket_provider_id_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "assignee_id"], ["staff.provider_id", "staff.id"], name="fk_ticket_provider_id_assignee_id"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "contact_id"],
            ["contact.provider_id", "contact.id"],
            name="fk_ticket_provider_id_contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "follow_up_of"],
            ["ticket.provider_id", "ticket.id"],
            name="fk_ticket_provider_id_follow_up_of",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "merged_into"],
            ["ticket.provider_id", "ticket.id"],
            name="fk_ticket_provider_id_merged_into",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "reseller_id"],
            ["reseller.provider_id", "reseller.id"],
            name="fk_ticket_provider_id_reseller_id",
        ),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_ticket"),
        sa.UniqueConstraint("provider_id", "reference", name="uq_ticket_provider_id_reference"),
    )
    op.create_index("ix_ticket_account", "ticket", ["provider_id", "account_id", "id"], unique=False)
    op.create_index("ix_ticket_assignee", "ticket", ["provider_id", "assignee_id", "id"], unique=False)
    op.create_index(
        "ix_ticket_contact",
        "ticket",
        ["provider_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index("ix_ticket_received", "ticket", ["provider_id", "received_at"], unique=False)
    op.create_index("ix_ticket_due", "ticket", ["provider_id", "next_due_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_wake", "ticket", ["wake_at"], unique=False, postgresql_where=sa.text("wake_at IS NOT NULL")
    )
    op.create_index(
        "ix_ticket_follow_up_of",
        "ticket",
        ["provider_id", "follow_up_of"],
        unique=False,
        postgresql_where=sa.text("follow_up_of IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_incident",
        "ticket",
        ["provider_id", "incident"],
        unique=False,
        postgresql_where=sa.text("incident IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_merged_into",
        "ticket",
        ["provider_id", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_queue",
        "ticket",
        ["provider_id", "department", "level", "id"],
        unique=False,
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
    op.create_index("ix_ticket_reseller", "ticket", ["provider_id", "reseller_id", "id"], unique=False)
    op.create_index("ix_ticket_search", "ticket", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_ticket_updated", "ticket", ["provider_id", "updated_at", "id"], unique=False)
    op.create_index(
        "uq_ticket_external_ref",
        "ticket",
        ["provider_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_table(
        "clock",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("cycle", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("liability", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("earliest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("budget_seconds", sa.BigInteger(), nullable=True),
        sa.Column("consumed_seconds", sa.BigInteger(), nullable=True),
        sa.Column("budget", postgresql.JSONB(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("settings_revision", sa.Integer(), nullable=True),
        sa.Column("excused_by", sa.Text(), nullable=True),
        sa.Column("breach_announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clauses", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN stopped_at IS NULL THEN state NOT IN ('met', 'cancelled') ELSE state NOT IN ('running', 'paused') END",
            name=op.f("ck_clock_stopped"),
        ),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'met', 'breached', 'cancelled')", name=op.f("ck_clock_state")
        ),
        sa.CheckConstraint(
            "strength IN ('promised', 'expected', 'best_effort', 'guideline', 'unspecified', 'none')",
            name=op.f("ck_clock_strength"),
        ),
        sa.CheckConstraint("budget_seconds >= 0 AND consumed_seconds >= 0", name=op.f("ck_clock_never_negative")),
        sa.CheckConstraint("cycle > 0", name=op.f("ck_clock_cycle")),
        sa.ForeignKeyConstraint(
            ["provider_id", "ticket_id"], ["ticket.provider_id", "ticket.id"], name="fk_clock_provider_id_ticket_id"
        ),
        sa.PrimaryKeyConstraint("provider_id", "ticket_id", "metric", "cycle", name="pk_clock"),
    )
    op.create_index(
        "ix_clock_warning",
        "clock",
        ["warn_at"],
        unique=False,
        postgresql_where=sa.text("state = 'running' AND warned_at IS NULL"),
    )
    op.create_index(
        "ix_clock_sweep",
        "clock",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('running', 'breached') AND breach_announced_at IS NULL"),
    )
    op.create_index(
        "ix_clock_planned_by",
        "clock",
        ["provider_id", "settings_revision", "policy_version"],
        unique=False,
        postgresql_where=sa.text("stopped_at IS NULL AND settings_revision IS NOT NULL"),
    )
    op.create_table(
        "message",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("author_kind", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author", postgresql.JSONB(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', left(body, 32768))"
                " || CASE split_part(lower(language), '-', 1)"
                " WHEN 'en' THEN to_tsvector('english', left(body, 32768))"
                " WHEN 'fr' THEN to_tsvector('french', left(body, 32768))"
                " WHEN 'pt' THEN to_tsvector('portuguese', left(body, 32768))"
                " ELSE ''::tsvector END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "author_kind IN ('contact', 'reseller', 'staff', 'service', 'system', 'unlisted')",
            name=op.f("ck_message_author_kind"),
        ),
        sa.CheckConstraint("visibility IN ('public', 'internal')", name=op.f("ck_message_visibility")),
        sa.ForeignKeyConstraint(
            ["provider_id", "ticket_id"], ["ticket.provider_id", "ticket.id"], name="fk_message_provider_id_ticket_id"
        ),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_message"),
    )
    op.create_index("ix_message_search", "message", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_message_ticket", "message", ["provider_id", "ticket_id", "id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("estimated_minutes", sa.Integer(), nullable=True),
        sa.Column("lines", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("prepay_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("prepay_minimum", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("consent_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("indicative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("alternatives", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("allowance", postgresql.JSONB(), nullable=True),
        sa.Column("citations", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("assumptions", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("settings_revision", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("consent", postgresql.JSONB(), nullable=True),
        sa.Column("closing", postgresql.JSONB(), nullable=True),
        sa.Column("settled_minutes", sa.Integer(), nullable=True),
        sa.Column("settled_total", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("paid", sa.Numeric(precision=14, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("refunded", sa.Numeric(precision=14, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_quote_currency")),
        sa.CheckConstraint("status <> 'consented' OR consent IS NOT NULL", name=op.f("ck_quote_consent")),
        sa.CheckConstraint(
            "status IN ('offered', 'consented', 'declined', 'expired', 'settled', 'waived', 'superseded')",
            name=op.f("ck_quote_status"),
        ),
        sa.CheckConstraint("terms IN ('capped', 'as_billed')", name=op.f("ck_quote_terms")),
        sa.CheckConstraint(
            "total >= 0 AND total < 'NaN' AND prepay_minimum >= 0 AND prepay_minimum < 'NaN' AND paid >= 0 AND paid < 'NaN' AND refunded >= 0 AND refunded < 'NaN' AND settled_total >= 0 AND settled_total < 'NaN'",
            name=op.f("ck_quote_amounts"),
        ),
        sa.CheckConstraint("edition > 0", name=op.f("ck_quote_edition")),
        sa.CheckConstraint("estimated_minutes >= 0 AND settled_minutes >= 0", name=op.f("ck_quote_never_negative")),
        sa.CheckConstraint("refunded <= paid", name=op.f("ck_quote_refunded")),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"], ["account.provider_id", "account.id"], name="fk_quote_provider_id_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "ticket_id"], ["ticket.provider_id", "ticket.id"], name="fk_quote_provider_id_ticket_id"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_quote_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_quote"),
        sa.UniqueConstraint("provider_id", "ticket_id", "edition", name="uq_quote_provider_id_ticket_id_edition"),
    )
    op.create_index("ix_quote_account", "quote", ["provider_id", "account_id", "id"], unique=False)
    op.create_index(
        "ix_quote_expiry", "quote", ["expires_at"], unique=False, postgresql_where=sa.text("status = 'offered'")
    )
    op.create_index(
        "uq_quote_external_ref",
        "quote",
        ["provider_id", "external_ref"],
        unique=True,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_index(
        "uq_quote_on_offer",
        "quote",
        ["provider_id", "ticket_id"],
        unique=True,
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.create_table(
        "secure_form",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_by", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'filled') = (sealed IS NOT NULL)", name=op.f("ck_secure_form_sealed")),
        sa.CheckConstraint("state IN ('open', 'filled', 'revealed', 'expired')", name=op.f("ck_secure_form_state")),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["account.provider_id", "account.id"],
            name="fk_secure_form_provider_id_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "contact_id"],
            ["contact.provider_id", "contact.id"],
            name="fk_secure_form_provider_id_contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "ticket_id"],
            ["ticket.provider_id", "ticket.id"],
            name="fk_secure_form_provider_id_ticket_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_secure_form_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_secure_form"),
    )
    op.create_index("ix_secure_form_account", "secure_form", ["provider_id", "account_id", "id"], unique=False)
    op.create_index("ix_secure_form_contact", "secure_form", ["provider_id", "contact_id", "id"], unique=False)
    op.create_index(
        "ix_secure_form_expiry",
        "secure_form",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'filled')"),
    )
    op.create_index("ix_secure_form_ticket", "secure_form", ["provider_id", "ticket_id", "id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "message_id IS NULL OR ticket_id IS NOT NULL", name=op.f("ck_attachment_message_of_a_ticket")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachment_never_negative")),
        sa.ForeignKeyConstraint(
            ["provider_id", "message_id"],
            ["message.provider_id", "message.id"],
            name="fk_attachment_provider_id_message_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "ticket_id"],
            ["ticket.provider_id", "ticket.id"],
            name="fk_attachment_provider_id_ticket_id",
        ),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_attachment"),
        sa.UniqueConstraint("storage_key", name="uq_attachment_storage_key"),
    )
    op.create_index("ix_attachment_message", "attachment", ["provider_id", "message_id"], unique=False)
    op.create_index("ix_attachment_ticket", "attachment", ["provider_id", "ticket_id", "id"], unique=False)
    op.create_index(
        "ix_attachment_unlinked",
        "attachment",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NULL"),
    )
    op.create_table(
        "inbound_mail",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message_id_header", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("authentication", sa.Text(), nullable=True),
        sa.Column("headers", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'processed', 'ignored', 'quarantined')", name=op.f("ck_inbound_mail_state")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "message_id"],
            ["message.provider_id", "message.id"],
            name="fk_inbound_mail_provider_id_message_id",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "ticket_id"],
            ["ticket.provider_id", "ticket.id"],
            name="fk_inbound_mail_provider_id_ticket_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_inbound_mail_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_inbound_mail"),
        sa.UniqueConstraint("provider_id", "fingerprint", name="uq_inbound_mail_provider_id_fingerprint"),
    )
    op.create_index("ix_inbound_mail_message", "inbound_mail", ["provider_id", "message_id"], unique=False)
    op.create_index(
        "ix_inbound_mail_kept",
        "inbound_mail",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("storage_key IS NOT NULL"),
    )
    op.create_index(
        "ix_inbound_mail_message_id_header", "inbound_mail", ["provider_id", "message_id_header"], unique=False
    )
    op.create_index("ix_inbound_mail_sender", "inbound_mail", ["provider_id", "sender", "received_at"], unique=False)
    op.create_index("ix_inbound_mail_state", "inbound_mail", ["provider_id", "state", "id"], unique=False)
    op.create_index("ix_inbound_mail_ticket", "inbound_mail", ["provider_id", "ticket_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0 AND amount < 'NaN'", name=op.f("ck_payment_amount")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_payment_currency")),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name=op.f("ck_payment_kind")),
        sa.ForeignKeyConstraint(
            ["provider_id", "quote_id"], ["quote.provider_id", "quote.id"], name="fk_payment_provider_id_quote_id"
        ),
        sa.PrimaryKeyConstraint("provider_id", "id", name="pk_payment"),
        sa.UniqueConstraint("provider_id", "kind", "reference", name="uq_payment_provider_id_kind_reference"),
    )
    op.create_index("ix_payment_quote", "payment", ["provider_id", "quote_id", "id"], unique=False)
    # Accounts and resellers point at each other.
    op.create_foreign_key(
        "fk_account_reseller", "account", "reseller", ["provider_id", "reseller_id"], ["provider_id", "id"]
    )
    op.create_table(
        "tally",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("stale", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_tally_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", name="pk_tally"),
    )
    op.create_table(
        "ticket_tally",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.CheckConstraint("received >= 0 AND solved >= 0", name=op.f("ck_ticket_tally_never_negative")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_ticket_tally_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "day", "place", name="pk_ticket_tally"),
    )
    op.create_table(
        "clock_tally",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("excused_by", sa.Text(), nullable=True),
        sa.Column("liability", sa.Text(), nullable=True),
        sa.Column("clocks", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'met', 'breached', 'cancelled')", name=op.f("ck_clock_tally_state")
        ),
        sa.CheckConstraint("clocks >= 0", name=op.f("ck_clock_tally_never_negative")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_clock_tally_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "day", "place", name="pk_clock_tally"),
    )


def downgrade() -> None:
    op.drop_constraint("fk_account_reseller", "account", type_="foreignkey")
    for table in (
        "clock_tally",
        "ticket_tally",
        "tally",
        "payment",
        "inbound_mail",
        "attachment",
        "secure_form",
        "quote",
        "message",
        "clock",
        "ticket",
        "api_client",
        "reseller",
        "hosted_domain",
        "page",
        "delivery",
        "contact",
        "webhook",
        "staff",
        "settings_revision",
        "policy_version",
        "notice",
        "import_row",
        "import",
        "account",
        "provider",
        "idempotency_key",
        "event",
    ):
        op.drop_table(table)
