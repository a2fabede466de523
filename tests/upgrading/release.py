"""The version before this one, as its database knew it: the revision it ran on, and all that it asked for."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("released.json.gz")


@dataclass(frozen=True)
class Release:
    revision: str
    statements: Mapping[str, Sequence[str]]
    """By the role that asked."""


def read() -> Release:
    return Release(**json.loads(gzip.decompress(_FILE.read_bytes())))


def write(release: Release) -> None:
    _FILE.write_bytes(gzip.compress(json.dumps(asdict(release), indent=1).encode(), mtime=0))
