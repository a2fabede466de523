"""The interactive documentation needs no other host, and the OpenAPI document tells how requests fail."""

import asyncio
import base64
import re
from hashlib import sha256

import httpx2
import pytest

from app.api.problems import TOKEN_PATH
from app.base.settings import Settings
from app.main import create_app


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_the_pages_load_from_here_alone(edge: httpx2.AsyncClient, path: str) -> None:
    page = await edge.get(path)
    assert page.status_code == 200
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert assets
    for asset in assets:
        assert asset.startswith("/docs/assets/")
        assert (await edge.get(asset)).status_code == 200
    assert "//" not in "".join(assets)


async def test_the_reference_asks_its_makers_for_nothing(edge: httpx2.AsyncClient) -> None:
    script = await edge.get("/docs/assets/redoc.standalone.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert len(script.text) > 100_000
    assert "cdn.redoc" not in script.text


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_the_pages_run_their_own_scripts_only(edge: httpx2.AsyncClient, path: str) -> None:
    page = await edge.get(path)
    policy = page.headers["content-security-policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe" not in scripts
    for inline in re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL):
        assert base64.b64encode(sha256(inline.encode()).digest()).decode() in scripts


async def test_every_operation_tells_how_it_fails(edge: httpx2.AsyncClient) -> None:
    document = (await edge.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    paths = {path: operations for path, operations in document["paths"].items() if path != TOKEN_PATH}
    operations = [operation for path in paths.values() for operation in path.values()]
    assert operations
    for operation in operations:
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert "HTTPValidationError" not in str(document)


async def test_others_are_answered_while_the_document_is_made() -> None:
    transport = httpx2.ASGITransport(app=create_app(Settings()))
    ended = []
    async with httpx2.AsyncClient(transport=transport, base_url="https://desk.example") as caller:

        async def ask(path: str) -> None:
            assert (await caller.get(path)).status_code == 200
            ended.append(path)

        await asyncio.gather(ask("/openapi.json"), ask("/openapi.json"), ask("/docs"))
    assert ended == ["/docs", "/openapi.json", "/openapi.json"]
