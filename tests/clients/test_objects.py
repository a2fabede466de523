"""Files kept in S3: against a server that speaks it and checks each signature."""

import io
import os
import secrets
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from structlog.testing import capture_logs

from app.base.errors import Problem
from app.clients.objects import Objects
from tests.clients.forwarding import forwarding

pytestmark = pytest.mark.long
PARTS = secrets.token_bytes(12 * 1024 * 1024 + 1)
"""So large that it goes in several parts."""


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
    except urllib.error.HTTPError:
        return True  # it wants a signature
    except OSError:
        return False
    return True


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a bucket; who may use it, and where it is, stands in the environment, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "attachments").mkdir()
    known = {"NANIO_ACCESS_KEY": "desk", "NANIO_SECRET_KEY": "hardly-a-secret"}
    place = ["--data-dir", str(tmp_path), "--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    served = subprocess.Popen(
        [Path(sys.executable).with_name("nanio"), "serve", *place],
        env={**os.environ, **known},
        stderr=subprocess.DEVNULL,
    )
    try:
        until = monotonic() + 30
        while not _answers(port):
            assert served.poll() is None, "the server has ended"
            assert monotonic() < until, "the server does not start"
            sleep(0.1)
        for name, value in {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": known["NANIO_ACCESS_KEY"],
            "AWS_SECRET_ACCESS_KEY": known["NANIO_SECRET_KEY"],
        }.items():
            monkeypatch.setenv(name, value)
        yield "s3://attachments/of-the-desk"
    finally:
        served.terminate()
        served.wait(timeout=20)


async def read(objects: Objects, key: str) -> bytes:
    return b"".join([chunk async for chunk in await objects.get(key)])


async def test_why_a_store_does_not_answer_is_logged_by_its_kind_alone(tmp_path: Path) -> None:
    objects = Objects.at("", tmp_path)
    (tmp_path / "objects").rmdir()
    with capture_logs() as log, pytest.raises(Problem, match="unavailable"):
        await objects.get("a/canary")
    assert [(line["event"], line["error"]) for line in log] == [("objects_unavailable", "FileNotFoundError")]
    assert "canary" not in str(log)


async def test_what_is_put_there_is_found_there_and_gone_when_it_is_deleted(bucket: str, tmp_path: Path) -> None:
    objects = Objects.at(bucket, tmp_path)
    for key, content in (("a/small", b"a line"), ("a/large", PARTS), ("a/empty", b"")):
        await objects.put(key, io.BytesIO(content))
        assert await read(objects, key) == content
    await objects.delete(["a/small", "a/never"])
    with pytest.raises(Problem, match="file_lost"):
        await objects.get("a/small")
    with pytest.raises(Problem, match="unavailable"):
        await Objects.at("s3://no-bucket-of-this-name/of-the-desk", tmp_path).get("a/small")
    assert await read(objects, "a/large") == PARTS


async def test_whoever_signs_with_another_key_is_not_served(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Objects.at(bucket, tmp_path).put("a/small", io.BytesIO(b"a line"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with capture_logs() as log, pytest.raises(Problem, match="unavailable"):
        await Objects.at(bucket, tmp_path).get("a/small")
    assert [(line["event"], line["error"]) for line in log] == [("objects_unavailable", "PermissionDeniedError")]


async def test_behind_a_proxy_the_store_is_reached_by_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AWS_REGION", "us-east-1"), ("AWS_SKIP_SIGNATURE", "true")):
        monkeypatch.setenv(name, value)
    async with forwarding(lets=False) as proxy:
        with pytest.raises(Problem, match="unavailable"):
            await Objects.at("s3://attachments", tmp_path, proxy.url).get("a/small")
        assert set(proxy.asked) == {"CONNECT s3.us-east-1.amazonaws.com:443"}
