"""Who does not keep a convention, and why: one table, which the documentation of the API shows."""

from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[3] / "docs" / "api.md"
_BEGIN, _END = "<!-- who is exempt, by tests/api/conventions/exempt.py -->\n", "<!-- end of who is exempt -->\n"
_OAUTH = "RFC 6749 says how it fails."
_NOTHING = "Nothing is stored: the same request is judged again."
EXEMPT: Final[dict[str, dict[str, str]]] = {
    "unknown_parameters_are_refused": {"create_token": _OAUTH},
    "other_methods_are_refused_by_name": {"create_token": _OAUTH},
    "bodies_have_a_known_media_type": {"create_token": _OAUTH},
    "faults_of_a_body_are_pointed_at": {"validate_policy": "The faults of the draft are its answer."},
    "a_body_that_is_needed_is_demanded": {"create_token": _OAUTH},
    "every_post_takes_an_idempotency_key": {
        "create_token": "Whoever asks again gets another token; RFC 6749 knows no key.",
        "publish_policy": "The document is its own key: the same one again is answered 200 and stores nothing.",
        "receive_mail": "The mail is its own key: the same one again is answered 200 in the same words.",
        "redeliver": "What it sends again has the id that it had: receivers know it.",
        "acknowledge_page": "Whoever has answered stays the one who did, however often it is said.",
        "requeue_dead_letter": "What is tried again is no dead letter any more: it is not there a second time.",
        "erase_person": "What is erased stays so, however often it is asked for.",
        "validate_policy": _NOTHING,
        "classify_request": _NOTHING,
        "check_authority": _NOTHING,
    },
    "lists_lead_from_page_to_page": {
        "read_events": "The feed has no last page: its cursor leads on to what is to come."
    },
    "a_change_rests_on_the_version_that_was_read": {
        "erase_person": "Whoever is to be forgotten is, whatever has changed about them meanwhile.",
        "validate_policy": _NOTHING,
        "ping_webhook": "It tries the webhook out as it is and changes nothing of it.",
        "redeliver": "What it sends again rests on no version of the webhook.",
        "acknowledge_page": "Whoever is called out at night has read nothing.",
        "requeue_dead_letter": "Letters have no versions.",
        "fill_secure_form": "Whoever holds the link has read nothing, and fills it in once.",
        "reveal_secure_form": "It is shown once, whatever its version.",
    },
}
"""Operations that do not keep a convention, and why."""


def shown(text: str) -> str:
    """The page with the present table in it."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    rows = [
        f"| {name.replace('_', ' ')} | `{operation}` | {reason} |"
        for name, operations in EXEMPT.items()
        for operation, reason in operations.items()
    ]
    table = "\n".join(["| convention | but for | because |", "|---|---|---|", *rows])
    return f"{before}{_BEGIN}{table}\n{_END}{after}"


if __name__ == "__main__":
    DOCS.write_text(shown(DOCS.read_text("utf-8")), "utf-8")
