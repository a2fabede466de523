"""Why a policy refuses: the codes that every policy may give, each with a title and what the reader can do."""

REASONS: dict[str, tuple[str, str]] = {
    "sender_unlisted": ("The sender is not listed on the account", "Write from a listed address, or have it listed."),
    "sender_not_authenticated": ("The sender's domain does not vouch for the mail", "Write from the client area."),
    "contact_info_outdated": ("The account's contact data is out of date", "Confirm or change the listed contacts."),
    "contact_limit_reached": ("No more people may be listed in this role", "Remove or replace one of them."),
    "secondary_contact_on_hosted_domain": (
        "The address lives on a domain that is hosted here",
        "Name an address that works when the hosting does not.",
    ),
    "person_not_listed": ("This person is not listed", "Ask a listed person, or have this one listed."),
    "role_not_permitted": ("This role may not ask for it", "Ask somebody whose role may."),
    "ticket_required": ("This is done on a ticket", "Open a ticket first."),
    "confirmation_required": (
        "This cannot be undone and must be confirmed",
        "A listed person confirms it.",
    ),
    "identity_verification_pending": ("It is not sure yet who asks", "Wait until staff have checked it."),
    "identity_not_verified": ("Who asks could not be verified", "Ask from a listed address."),
    "intake_incomplete": ("Something is missing", "Add what `missing` names."),
    "email_invalid": ("The address cannot be used", "Name one to which an answer can go."),
    "duplicate_of_open_ticket": ("There is a ticket about this already", "Go on in that ticket."),
    "triage_incomplete": ("The triage is not complete", "Add what `missing` names."),
    "channel_scope_exceeded": ("This channel is not for such requests", "Use one that `redirect` names."),
    "channel_unavailable": ("The channel is not served now", "Use one that `redirect` names, or ask later."),
    "channel_not_offered": ("The policy does not offer this channel", "Use one that `redirect` names."),
    "redirected_by_staff": ("Staff sent this to another channel", "Use the one that `redirect` names."),
    "reseller_customer_direct": ("This customer is looked after by a reseller", "Ask the reseller who sold it to you."),
    "not_own_customer": ("The account is another reseller's", "Ask for accounts of your own."),
    "account_on_hold": ("The account is on hold", "Whoever answers for it takes it over first; then ask again."),
    "policy_not_applicable": ("The policy does not apply to this product", "See the product's own terms."),
    "no_active_service": ("The account has no active service", "Renew the service first."),
    "product_not_available_in_market": (
        "The product is not sold in this market",
        "Ask sales what is sold there.",
    ),
    "topic_not_supported": ("Support does not cover this", "See the coverage in the policy."),
    "plugin_not_approved": ("The plugin is not an approved one", "Use one from the list in the policy."),
    "modification_excluded": ("Such changes are excluded", "Have the owner of the product make them."),
    "strict_exclusion": ("The exclusion allows no exception", "Nobody may override it."),
    "refused_at_discretion": ("It was declined", "Whether it is done was for the provider to decide."),
    "consent_required": ("Somebody must agree to the price first", "Have a listed person agree."),
    "payment_required": (
        "It is paid before the work begins",
        "Pay the quote; then it begins. Where it has no price yet, staff put one with `POST /v1/quotes` and `amount`.",
    ),
    "quote_required": (
        "The price is not known yet",
        "Staff put one with `POST /v1/quotes` (with `amount` where the rule leaves it to them); until then, wait.",
    ),
    "staff_decision_required": (
        "Staff decide this first",
        "Staff say what it is about (`triage` with a `topic`), set the fact `staff_decision` (bill, free or refuse), "
        "or put a price; until then, wait for it.",
    ),
    "not_available": ("It is not possible at the moment", "Wait until it is, or agree another time."),
    "not_emergency": ("This is no emergency", "Open an ordinary ticket."),
    "emergency_preconditions_unmet": (
        "What comes before an emergency call was not done",
        "Do what the clause names.",
    ),
    "credentials_via_secure_form_required": (
        "Credentials are taken by the secure form only",
        "Fill in the form you were sent.",
    ),
    "calendar_horizon_exceeded": ("The holidays are not known so far ahead", "Staff give the time."),
}
