"""A policy is data for programs and a page for people: whoever asks says which, and in which language."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.negotiation import Form, form_for
from app.base.errors import Problem
from tests.frontdesk import FrontDesk

MEXXUS = "/v1/policies/mexxus"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ([], Form.JSON),
        (["*/*"], Form.JSON),
        ([BROWSER], Form.HTML),
        (["text/markdown"], Form.MARKDOWN),
        (["text/*"], Form.MARKDOWN),
        (["text/markdown, */*"], Form.MARKDOWN),
        (["text/html;q=0.4, text/markdown;q=0.7"], Form.MARKDOWN),
        (["text/html; q=0.000, text/*"], Form.MARKDOWN),
        (["text/html;q=0, */*"], Form.JSON),
        (["application/json;q=0.1", "text/html;q=0.2"], Form.HTML),
        (["TEXT/HTML; charset=utf-8"], Form.HTML),
        (["image/webp, application/json;q=0.5"], Form.JSON),
        (["application/xml, */*;q=0.1"], Form.JSON),
        (["no media type at all"], Form.JSON),
        ([""], Form.JSON),
        (["nonsense, text/html"], Form.HTML),
    ],
)
def test_the_form_wanted_most_is_given(accept: list[str], form: Form) -> None:
    assert form_for(accept) is form


@pytest.mark.parametrize("accept", ["application/xml", "image/*, text/plain", "*/*;q=0", "text/csv, no type"])
def test_whoever_takes_none_of_the_forms_is_told_which_there_are(accept: str) -> None:
    with pytest.raises(Problem) as refused:
        form_for([accept])
    assert refused.value.code == "not_acceptable"
    assert "application/json, text/markdown, text/html" in refused.value.detail


@given(st.text(alphabet='*/;,q=0.1 \ttexthml"é', max_size=60))
def test_whatever_accept_says_has_an_answer(accept: str) -> None:
    with suppress(Problem):
        assert form_for([accept]) in Form


async def test_a_browser_is_shown_a_page_on_which_nothing_can_run(front: FrontDesk) -> None:
    await front.provider()
    page = await front.client.get(MEXXUS, headers={"Accept": BROWSER})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text.startswith('<!doctype html>\n<html lang="en">')
    assert '<h3 id="MEX-51">MEX-51</h3>' in page.text
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} == set(policy)
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_the_same_policy_is_there_as_markdown_and_as_data(front: FrontDesk) -> None:
    await front.provider()
    text = await front.client.get(MEXXUS, headers={"Accept": "text/markdown"})
    assert text.headers["content-type"] == "text/markdown; charset=utf-8"
    assert text.text.startswith("# Mexxus: Support policy\n")
    data = await front.client.get(MEXXUS)
    assert data.headers["content-type"] == "application/json"
    assert all(f"### {clause['id']}\n" in text.text for clause in data.json()["clauses"])


# What is short is sent as it is, whatever encodings the caller takes.
@pytest.mark.parametrize(("path", "encodings"), [(MEXXUS, ", Accept-Encoding"), (f"{MEXXUS}/clauses/MEX-25", "")])
@pytest.mark.parametrize("form", [Form.JSON, Form.MARKDOWN, Form.HTML])
async def test_caches_are_told_what_the_answer_depends_on(
    front: FrontDesk, path: str, encodings: str, form: Form
) -> None:
    await front.provider()
    answer = await front.client.get(path, headers={"Accept": str(form)})
    assert answer.headers["content-type"].startswith(form)
    assert answer.headers["vary"] == f"Accept, Accept-Language{encodings}"
    assert answer.headers["cache-control"] == "public, max-age=60"


async def test_one_clause_is_a_page_as_well(front: FrontDesk) -> None:
    await front.provider()
    french = {"Accept": "text/html", "Accept-Language": "fr-CA, en"}
    page = await front.client.get(f"{MEXXUS}/clauses/MEX-25", headers=french)
    assert page.headers["content-language"] == "fr-CA"
    assert '<h1 id="MEX-25">Mexxus: MEX-25</h1>\n<p>Le soutien' in page.text
    missing = await front.client.get(f"{MEXXUS}/clauses/MEX-999", headers=french)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_a_page_speaks_the_reader_s_language_or_else_the_policy_s_own(front: FrontDesk) -> None:
    await front.provider("brs")
    for wanted, spoken, title in (("fr", "fr", "Politique"), ("ja", "pt-BR", "Política"), ("", "pt-BR", "Política")):
        headers = {"Accept": "text/markdown", "Accept-Language": wanted}
        page = await front.client.get("/v1/policies/brs", headers=headers)
        assert page.headers["content-language"] == spoken
        assert page.text.splitlines()[0].startswith(f"# Hospedagem BRS: {title}")


async def test_a_form_that_does_not_exist_is_refused_as_a_problem(front: FrontDesk) -> None:
    await front.provider()
    answer = await front.client.get(MEXXUS, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert answer.headers["content-type"] == "application/problem+json"
