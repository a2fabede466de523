"""What is said about each document, digested: its pages, each clause with an example, and how it differs from another.

Written anew by `make records`, as what the scenarios answer is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.examples.finding import example
from app.policy.language.document import Document
from app.policy.library.files import library, policy_text, providers
from app.policy.lint import lint
from app.policy.loading import load
from app.policy.pages.citing import explain_clause
from app.policy.pages.difference import difference
from app.policy.pages.phrases import LANGUAGES
from app.policy.pages.rendering import clause_page, html, markdown, page
from tests.policy.documents import SMALL, TODAY
from tests.policy.harbour import PATH
from tests.policy.recording import RECORDS, plain, written
from tests.policy.test_strangers import TEXTS as STRANGERS

LIBRARIES = {slug: policy_text(slug) or "" for slug in providers()}
TEXTS = {**LIBRARIES, **STRANGERS, "harbour": PATH.read_text(encoding="utf-8"), "small": SMALL}
OTHERS = dict(zip(TEXTS, [*list(TEXTS)[1:], next(iter(TEXTS))], strict=True))
MOST_CLAUSES = 20
AT = datetime(2026, 3, 3, 15, tzinfo=UTC)

Told = Iterator[tuple[str, dict[str, Any]]]


@cache
def document(slug: str) -> Document:
    return load(TEXTS[slug], library()).document


def pages(slug: str) -> Told:
    """The page in each language, what would change if another document took its place, and what is found wrong."""
    policy, other = document(slug), document(OTHERS[slug])
    for language in LANGUAGES:
        shown, changes = page(policy, language), difference(policy, other, language)
        yield f"page {language}", {"html": html(shown), "markdown": markdown(shown), "changes": plain(changes)}
    yield "findings", {"found": plain(lint(policy, TODAY))}


def clauses(slug: str) -> Told:
    """Some clauses of each document, in turn in one of the languages."""
    policy = document(slug)
    for number, clause in enumerate(list(policy.clauses)[:: 1 + len(policy.clauses) // MOST_CLAUSES]):
        language = LANGUAGES[number % len(LANGUAGES)]
        shown = html(clause_page(policy, clause, language))
        yield f"clause {clause}", {"page": shown, "rests": plain(explain_clause(policy, clause, language))}


def examples(slug: str) -> Told:
    """The example of each clause that decides, under the readings that the document takes."""
    policy = document(slug)
    readings = {id_: assumption.value for id_, assumption in policy.assumptions.items()}
    compiled = CompiledPolicy(policy, version=1, revision=0, chosen=readings)
    for clause in (id_ for id_, stated in policy.clauses.items() if stated.informative is None):
        found = example(compiled, clause, AT)
        yield f"example {clause}", {"scene": plain(found.scene) if found else None}


def main() -> None:
    (RECORDS / "documents").mkdir(parents=True, exist_ok=True)
    for slug in TEXTS:
        told = [*pages(slug), *clauses(slug), *examples(slug)]
        text = "".join(f"{written(name, found)}\n" for name, found in told)
        (RECORDS / "documents" / f"{slug}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
