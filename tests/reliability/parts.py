"""The parts of the proof: what each is called in the table, and the commands that find it out."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FAST: Final = {"CLAUSEDESK_TEST_TIER": "fast"}
LONG: Final = {"CLAUSEDESK_TEST_TIER": "long"}


@dataclass(frozen=True)
class Command:
    """`{seed}` in a word stands for the seed of the run, which is in CLAUSEDESK_TEST_SEED as well."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Reports under its name by tests/reliability/report.py, at least one thing examined and one control caught."""

    name: str
    """One word, for the command line."""
    unit: str
    """What is counted."""
    full: Command
    quick: Command | None
    """For every change, in less time; None where that is left to the full run."""
    alone: bool = False
    """It measures times, or lives on both cores: nothing runs beside it."""
    seconds: int = 600
    """After so many it is ended, and has failed."""


def pytest(*paths: str, tier: Mapping[str, str] = LONG, only: str = "") -> Command:
    """These tests, those marked `long` among them, in one process."""
    chosen = ("-k", only) if only else ()
    return Command((sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *paths, *chosen), tier)


def module(*words: str) -> Command:
    return Command((sys.executable, "-m", *words))


PARTS: Final = (
    Part(
        "tokens",
        "forged tokens",
        pytest("tests/tokens/test_forgeries.py"),
        pytest("tests/tokens/test_forgeries.py"),
    ),
    Part(
        "matrix",
        "cells",
        pytest("tests/authorization/test_matrix.py"),
        pytest("tests/authorization/test_matrix.py"),
    ),
    Part(
        "row-security",
        "operations",
        pytest("tests/authorization/test_row_security_alone.py"),
        pytest("tests/authorization/test_row_security_alone.py"),
    ),
    Part(
        "references",
        "references",
        pytest("tests/authorization/test_references.py"),
        pytest("tests/authorization/test_references.py"),
    ),
    Part(
        "revoked",
        "requests",
        pytest("tests/authorization/test_revoked.py"),
        pytest("tests/authorization/test_revoked.py"),
    ),
    Part(
        "poison",
        "requests",
        pytest("tests/poison"),
        pytest("tests/poison", tier=FAST),
        seconds=900,
    ),
    Part(
        "races",
        "requests",
        pytest("tests/races"),
        pytest("tests/races", tier=FAST),
    ),
    Part(
        "fuzz",
        "inputs",
        module("tests.fuzz", "--seed", "{seed}", "--seconds", "30"),
        module("tests.fuzz", "--seed", "{seed}", "--seconds", "8"),
    ),
    Part(
        "chaos",
        "acknowledged writes",
        module("tests.chaos", "--seed", "{seed}", "--faults", "60", "--seconds", "200", "--controls", "2"),
        module("tests.chaos", "--seed", "{seed}", "--faults", "40", "--seconds", "150", "--controls", "2"),
        alone=True,
    ),
    Part(
        "overload",
        "callers",
        module("tests.chaos.overload"),
        module("tests.chaos.overload"),
        alone=True,
    ),
    Part(
        "restarts",
        "requests",
        module("tests.chaos.restarts"),
        module("tests.chaos.restarts", "--restarts", "4"),
        alone=True,
    ),
    Part(
        "canaries",
        "marks",
        pytest("tests/canaries/test_canaries.py"),
        pytest("tests/canaries/test_canaries.py"),
        seconds=450,
    ),
    Part(
        "erasure",
        "values in a dump",
        pytest("tests/canaries/test_forgetting.py"),
        pytest("tests/canaries/test_forgetting.py"),
    ),
    Part("restoring", "rows", module("tests.recovery.lost"), None),
    Part("recovery", "rows", module("tests.recovery.rewound"), module("tests.recovery.rewound")),
    Part(
        "sealing",
        "envelopes",
        pytest("tests/sealing", "tests/services/test_rewrapping.py", "tests/api/test_secure_forms.py"),
        pytest("tests/sealing", "tests/services/test_rewrapping.py"),
    ),
    Part(
        "audit",
        "ways to tamper",
        pytest("tests/services/test_audit.py", "tests/db/test_events.py"),
        pytest("tests/services/test_audit.py", "tests/db/test_events.py"),
    ),
    Part(
        "upgrading",
        "statements of the version before",
        pytest("tests/upgrading/test_upgrading.py"),
        pytest("tests/upgrading/test_upgrading.py"),
    ),
    Part(
        "outgoing",
        "addresses and spellings",
        pytest("tests/clients/test_addresses.py", "tests/clients/test_outbound.py"),
        pytest("tests/clients/test_addresses.py", "tests/clients/test_outbound.py"),
    ),
    Part("unasked-mail", "mails that came in", pytest("tests/services/mail/test_sending.py"), None),
)
