"""The client area of the demonstration: whoever reaches it can be anybody, so only `clausedesk demo` has it."""

import re

import httpx2
import pytest

from app.api.deps import Desk
from app.base.errors import CannotStart
from app.base.settings import Settings
from app.base.vocabulary import Role
from app.main import create_app
from tests.frontdesk import FrontDesk


def test_production_never_has_it(settings: Settings, desk: Desk) -> None:
    production = settings.model_copy(update={"environment": "production"})
    with pytest.raises(CannotStart, match="for development"):
        create_app(production, desk=desk, with_demo=True)


@pytest.mark.parametrize("path", ["/demo", "/demo/", "/demo/people", "/demo/assets/main.js"])
async def test_a_desk_that_is_served_does_not_have_it(edge: httpx2.AsyncClient, path: str) -> None:
    assert (await edge.get(path)).status_code == 404
    assert (await edge.post("/demo/tokens", json={})).status_code == 404


async def test_one_may_be_anybody_who_is_there_and_the_page_loads_from_here_alone(front: FrontDesk) -> None:
    _, contact, _ = await front.customer()
    provider = await front.provider()
    app = create_app(front.desk.settings, desk=front.desk, with_demo=True)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://desk.example") as visitor:
        [listed] = (await visitor.get("/demo/people")).json()["data"]
        assert listed["slug"] == provider.slug
        assert [(one["id"], one["role"]) for one in listed["people"]] == [(str(contact.id), contact.token_role)]
        asked = {"provider": provider.slug, "person": str(contact.id)}
        token = (await visitor.post("/demo/tokens", json=asked)).json()["access_token"]
        me = (await visitor.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).json()
        assert (me["id"], Role(me["role"])) == (str(contact.id), Role(contact.token_role))
        nobody = await visitor.post("/demo/tokens", json={**asked, "person": str(provider.id)})
        assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")
        typed = await visitor.get("/demo/")
        assert (typed.status_code, typed.headers["location"]) == (308, "/demo")
        page = await visitor.get("/demo")
        assert "unsafe" not in page.headers["content-security-policy"]
        assets = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert len(assets) >= 4
        for asset in assets:
            assert (await visitor.get(asset)).status_code == 200, asset
