"""A client area to look at: pages of ours that use the public API alone. For `clausedesk demo`, never in production."""

from pathlib import Path
from typing import Final
from uuid import UUID

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from app.api.deps import DeskDep, Now
from app.api.errands import answered
from app.api.routing import DeskRoute, add_routes
from app.base.errors import CannotStart
from app.base.settings import Settings
from app.schemas.fields import Model, Slug
from app.services.callers import own_issuer
from app.services.oauth import Mint
from app.services.people import everybody, token_as
from app.tokens.trust import MAX_LIFE_SECONDS

_FOLDER: Final = Path(__file__).parents[1] / "web" / "demo"
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cache-Control": "no-store",
}

router = APIRouter(prefix="/demo", route_class=DeskRoute, include_in_schema=False)


class TokenAsk(Model):
    provider: Slug
    person: UUID


def install(app: FastAPI, settings: Settings) -> None:
    """Whoever reaches it can be anybody; so it is for trying out, and nothing else."""
    if settings.environment != "development":
        raise CannotStart("The demonstration is for development.")
    add_routes(app, router)
    app.mount("/demo/assets", StaticFiles(directory=_FOLDER))


@router.get("")
async def read_demo() -> Response:
    return HTMLResponse((_FOLDER / "index.html").read_text("utf-8"), headers=_HEADERS)


@router.get("/")
async def lead_to_demo() -> Response:
    """As people type it."""
    return RedirectResponse("/demo", 308)


@router.get("/people")
async def list_people(desk: DeskDep) -> Response:
    return answered({"data": await everybody(desk.database)})


@router.post("/tokens")
async def make_token(desk: DeskDep, now: Now, body: TokenAsk) -> Response:
    mint = Mint(desk.keys, own_issuer(desk.settings), MAX_LIFE_SECONDS, now)
    token = await token_as(desk.database, body.provider, body.person, mint)
    return answered({"access_token": token}, headers={"Cache-Control": "no-store"})
