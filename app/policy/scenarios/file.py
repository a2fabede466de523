"""A scenario file read: its accounts, holidays and scenarios, with every fault at its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import Field, ValidationError

from app.policy.checks.source import read
from app.policy.language.faults import PolicyFaults
from app.policy.language.model import AssumptionId, ClauseId, Model, Slug
from app.policy.scenarios.expectations import Expected, unknown_effects
from app.policy.scenarios.steps import KINDS, AccountName, Step
from app.policy.situation import Account, ContractTarget, CustomerContract, ListedContact, Overtime


class FileContract(Model):
    after_hours: bool = False
    channels: tuple[Slug, ...] | None = None
    priorities: tuple[Slug, ...] | None = None
    overtime: Overtime | None = None
    resolve: Mapping[Slug, ContractTarget] = {}


class FileAccount(Model):
    """One shape for all providers; what is left out has the default or is unknown."""

    provider: Slug
    account: str
    contacts: tuple[ListedContact, ...]
    holder: str | None = None
    product: Slug | None = None
    products: tuple[Slug, ...] = ()
    product_variant: Slug | None = None
    market: str | None = None
    market_catalogue: tuple[Slug, ...] | None = None
    server: str | None = None
    active: bool = True
    contact_info_current: bool = True
    is_reseller: bool = False
    reseller: AccountName | None = None
    hosted_domains: tuple[str, ...] = ()
    users_total: int | None = None
    vip: tuple[str, ...] = ()
    contract: FileContract | None = None

    def as_account(self, reseller: str | None) -> Account:
        contract = None
        if self.contract is not None:
            contract = CustomerContract(
                **self.contract.model_dump(exclude={"resolve", "overtime"}),
                overtime=self.contract.overtime,
                targets={"resolve": self.contract.resolve} if self.contract.resolve else {},
            )
        return Account(
            number=self.account,
            products=self.products or ((self.product,) if self.product else ()),
            reseller=reseller,
            contract=contract,
            **{name: getattr(self, name) for name in _SHARED},
        )


EVERY = "all"
"""Instead of a policy: each row of the table names its own."""

_SHARED = (
    "holder",
    "product_variant",
    "market",
    "market_catalogue",
    "server",
    "active",
    "contact_info_current",
    "hosted_domains",
    "is_reseller",
    "users_total",
    "vip",
    "contacts",
)


@dataclass(frozen=True, slots=True)
class Played:
    """One step as the file states it, with the name of the ticket it makes and what must be true after it."""

    kind: str
    step: Step
    as_: str | None
    then: Mapping[str, Any]
    """Typed as `Expected` has it; only what is written."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is played from an empty desk: the scenario itself, or one row of its table."""

    row: int | None
    policy: str
    given: tuple[Played, ...]
    when: Played


@dataclass(slots=True)
class Scenario:
    id: str
    title: str
    clauses: tuple[str, ...]
    overrides: Mapping[str, str]
    cases: tuple[Case, ...]
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    holidays: Mapping[str, tuple[date, ...]]
    accounts: Mapping[str, FileAccount]
    scenarios: tuple[Scenario, ...]


class ScenarioFileFault(Exception):  # noqa: N818 - it reads as what happened
    """A file that cannot be read as scenarios, with all that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Whole(Model):
    format: Literal[2]
    holidays: dict[str, tuple[date, ...]] = {}
    accounts: dict[AccountName, FileAccount]
    scenarios: list[dict[str, Any]]


class _Row(Model):
    with_: dict[str, Any] = Field(alias="with")
    policy: Slug | None = None
    then: dict[str, Any] = {}
    note: str | None = None


class _Written(Model):
    """A scenario as it is written, its steps still unread."""

    id: str = Field(pattern=r"^[A-Z]{2,8}-[A-Za-z0-9]+$")
    policy: Slug
    title: str
    clauses: tuple[ClauseId, ...]
    when: dict[str, Any]
    overrides: dict[AssumptionId, str] = {}
    note: str | None = None
    given: list[dict[str, Any]] = []
    table: list[_Row] | None = Field(None, min_length=1)
    then: dict[str, Any] = {}


def read_file(text: str) -> ScenarioFile:
    """The scenarios of a file; what is wrong with one of them is noted there, what is wrong with the file is raised."""
    try:
        raw, mark = read(text)
        whole = _Whole.model_validate(raw)
    except PolicyFaults as unreadable:
        raise ScenarioFileFault([str(fault) for fault in unreadable.faults]) from None
    except ValidationError as wrong:
        lines = [f"line {mark.line_of(e['loc'])}, {_said(e)}" for e in wrong.errors(include_url=False)]
        raise ScenarioFileFault(lines) from None
    faults = _account_faults(whole.accounts)
    scenarios = tuple(_scenario(entry) for entry in whole.scenarios)
    ids = [s.id for s in scenarios]
    faults += [f"scenario {id_} is there twice" for id_ in dict.fromkeys(ids) if ids.count(id_) > 1]
    if faults:
        raise ScenarioFileFault(faults)
    for scenario in scenarios:
        scenario.faults += _unknown_names(scenario, whole.accounts)
    return ScenarioFile(whole.holidays, whole.accounts, scenarios)


def _account_faults(accounts: Mapping[str, FileAccount]) -> list[str]:
    faults, seen = [], dict[tuple[str, str], str]()
    for name, account in accounts.items():
        if account.reseller is not None and account.reseller not in accounts:
            faults.append(f"accounts.{name}.reseller: there is no account {account.reseller}")
        twin = seen.setdefault((account.provider, account.account), name)
        if twin != name:
            faults.append(f"accounts.{name}.account: {twin} has the number {account.account} already")
    return faults


def _scenario(entry: dict[str, Any]) -> Scenario:
    try:
        written = _Written.model_validate(entry)
    except ValidationError as wrong:
        id_ = str(entry.get("id", "a scenario without id"))
        return Scenario(id_, "", (), {}, (), [_said(e) for e in wrong.errors(include_url=False)])
    scenario = Scenario(written.id, written.title, written.clauses, written.overrides, ())
    reading = _Reading(scenario.faults)
    rows: list[tuple[int | None, _Row]] = [(i, row) for i, row in enumerate(written.table or (), start=1)]
    scenario.cases = tuple(
        case
        for number, row in rows or [(None, _Row.model_validate({"with": {}}))]
        if (case := reading.case(written, number, row)) is not None
    )
    scenario.faults = list(dict.fromkeys(scenario.faults))
    return scenario


class _Reading:
    """Reads the steps of one scenario and notes every fault."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults

    def case(self, written: _Written, number: int | None, row: _Row) -> Case | None:
        place = f"row {number}: " if number else ""
        policy = row.policy or written.policy
        if policy == EVERY:
            self.faults.append(f"{place}policy: the row must name its own")
        given = [self.played(step, f"given {i}: ") for i, step in enumerate(written.given, start=1)]
        whole = {kind: _laid_over(fields, row.with_) for kind, fields in written.when.items()}
        then = _laid_over(written.then, row.then)
        when = self.played({**whole, "then": then}, place)
        if not then:
            self.faults.append(f"{place}then: nothing is expected")
        if when is None or None in given:
            return None
        return Case(number, policy, tuple(g for g in given if g is not None), when)

    def played(self, entry: Mapping[str, Any], place: str) -> Played | None:
        kinds = [kind for kind in entry if kind not in ("as", "then")]
        if len(kinds) != 1 or kinds[0] not in KINDS:
            self.faults.append(
                f"{place}one step is wanted, out of {', '.join(KINDS)}; not {', '.join(kinds) or 'none'}"
            )
            return None
        kind = kinds[0]
        step = self.model(KINDS[kind], entry[kind], f"{place}{kind}.")
        then = self.model(Expected, entry.get("then") or {}, f"{place}then.")
        if step is None or then is None:
            return None
        self.faults += [f"{place}then: there is no effect {t}" for t in unknown_effects(entry.get("then") or {})]
        name = entry.get("as")
        return Played(kind, step, name, then.model_dump(exclude_unset=True, by_alias=True))

    def model(self, model: type[Any], values: Any, place: str) -> Any:
        try:
            return model.model_validate(values)
        except ValidationError as wrong:
            self.faults += [place + _said(e) for e in wrong.errors(include_url=False)]
            return None


def _laid_over(below: Any, above: Any) -> Any:
    """Mappings merge, anything else replaces."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}
    return above


def _said(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    what = "is not known here" if error["type"] == "extra_forbidden" else error["msg"]
    return f"{where}: {what}"


def _unknown_names(scenario: Scenario, accounts: Mapping[str, FileAccount]) -> list[str]:
    """Accounts and tickets that are named and do not exist."""
    faults: list[str] = []
    for case in (case for case in scenario.cases if case.policy != EVERY):
        tickets: set[str] = set()
        for played in (*case.given, case.when):
            fields = played.step.model_dump()
            named = [fields.get("account"), fields.get("on_behalf_of"), *_listed(fields.get("accounts"))]
            for name in (n for n in named if n is not None):
                if name not in accounts:
                    faults.append(f"there is no account {name}")
                elif accounts[name].provider != case.policy:
                    faults.append(f"account {name} is not one of {case.policy}")
            into = fields.get("ticket"), (fields.get("payload") or {}).get("into")
            faults += [f"no earlier step makes a ticket {n}" for n in into if n is not None and n not in tickets]
            if played.as_ is not None:
                if played.as_ in tickets:
                    faults.append(f"two steps make a ticket {played.as_}")
                tickets.add(played.as_)
    return list(dict.fromkeys(faults))


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, tuple) else []
