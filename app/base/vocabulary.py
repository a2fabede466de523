"""The desk's closed lists: one word per thing, spoken by the wire, the rows and the engine alike."""

from enum import StrEnum


class Outcome(StrEnum):
    """Admission of a request."""

    ACCEPTED = "accepted"
    MERGED = "merged"
    HELD = "held"
    REFUSED = "refused"
    AUTO_CLOSED = "auto_closed"


class WorkGate(StrEnum):
    """Permission to do the work, apart from admission."""

    OPEN = "open"
    AWAITING_AVAILABILITY = "awaiting_availability"
    AWAITING_STAFF_DECISION = "awaiting_staff_decision"
    AWAITING_QUOTE = "awaiting_quote"
    AWAITING_CONSENT = "awaiting_consent"
    AWAITING_PAYMENT = "awaiting_payment"
    SCHEDULED = "scheduled"
    CLOSED = "closed"


class Coverage(StrEnum):
    COVERED = "covered"
    BILLABLE = "billable"
    BEST_EFFORT = "best_effort"
    DISCRETIONARY = "discretionary"
    SELF_SERVICE = "self_service"
    NOT_SUPPORTED = "not_supported"
    UNSPECIFIED = "unspecified"


class TicketStatus(StrEnum):
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_CONSENT = "waiting_consent"
    WAITING_PAYMENT = "waiting_payment"
    ON_HOLD = "on_hold"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Strength(StrEnum):
    """How firmly a policy means what it says."""

    PROMISED = "promised"
    EXPECTED = "expected"
    BEST_EFFORT = "best_effort"
    GUIDELINE = "guideline"
    UNSPECIFIED = "unspecified"
    NONE = "none"


class FeeKind(StrEnum):
    NONE = "none"
    FIXED = "fixed"
    HOURLY = "hourly"
    FLAT_UNTIL = "flat_until"
    QUOTE = "quote"
    OVERTIME = "overtime"
    CONTRACT = "contract"


class Terms(StrEnum):
    """What consent binds: `capped` never exceeds the consented amount."""

    CAPPED = "capped"
    AS_BILLED = "as_billed"


class QuoteStatus(StrEnum):
    OFFERED = "offered"
    CONSENTED = "consented"
    DECLINED = "declined"
    EXPIRED = "expired"
    SETTLED = "settled"
    WAIVED = "waived"
    SUPERSEDED = "superseded"


class Role(StrEnum):
    """Who a token speaks for."""

    PRIMARY_CONTACT = "primary_contact"
    SECONDARY_CONTACT = "secondary_contact"
    AUTHORISED_CONTACT = "authorised_contact"
    RESELLER = "reseller"
    STAFF = "staff"
    ADMIN = "admin"
    SERVICE = "service"


CONTACT_ROLES = frozenset({Role.PRIMARY_CONTACT, Role.SECONDARY_CONTACT, Role.AUTHORISED_CONTACT})
STAFF_ROLES = frozenset({Role.STAFF, Role.ADMIN})


class Scope(StrEnum):
    """What a machine with role `service` may do."""

    SUBMIT = "submit"
    INBOUND = "inbound"
    EVENTS = "events"
    PAYMENTS = "payments"


class Asserter(StrEnum):
    """Who may say that a fact holds."""

    CUSTOMER = "customer"
    RESELLER = "reseller"
    STAFF = "staff"
    MONITOR = "monitor"
    SYSTEM = "system"
    CONTRACT = "contract"
    TEXT = "text"
