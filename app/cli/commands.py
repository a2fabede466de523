"""The commands that there are: what each does, the place that is loaded when it is called, and how it is used."""

from typing import Final, NamedTuple


class Place(NamedTuple):
    does: str
    """Line of help."""
    where: str
    """`module:function`."""
    examples: tuple[str, ...]
    """As typed behind `clausedesk`."""
    no: str = ""
    """When it ends with 1."""
    again: bool = False
    """What cannot be done now is worth trying again, and the exit code says so."""


COMMANDS: Final[dict[str, Place]] = {
    "demo": Place(
        "Start everything, with examples to try.",
        "app.cli.demo:demo",
        ("demo", "demo --port 8099"),
    ),
    "serve": Place(
        "Serve the API.",
        "app.cli.serving:serve",
        ("serve", "serve --host 0.0.0.0 --port 8000"),
    ),
    "worker": Place(
        "Work off events, deliveries and what falls due.",
        "app.cli.working:worker",
        ("worker",),
    ),
    "drain": Place(
        "Have the API take no new callers, before it is stopped.",
        "app.cli.draining:drain",
        ("drain", "drain --pid 4711"),
    ),
    "migrate": Place(
        "Bring the database to this version's schema.",
        "app.cli.migrating:migrate",
        ("migrate",),
    ),
    "inbound": Place(
        "Take in one mail from stdin, as a mail server pipes it.",
        "app.cli.inbound:inbound",
        ("inbound --provider lantern < message.eml",),
        again=True,
    ),
    "import": Place(
        "Import accounts or contacts from a file.",
        "app.cli.importing:import_file",
        (
            "import contacts.csv --provider lantern",
            "import accounts.jsonl --provider lantern --existing keep --json",
        ),
        "rows failed",
    ),
    "token": Place(
        "Print a development token, for trying things out.",
        "app.cli.token:token",
        (
            "token --provider lantern --role staff --level 2",
            "token --provider lantern --role primary_contact --account A1001",
            "token --provider lantern --role service --scope submit",
        ),
    ),
    "triage": Place(
        "Explain what triage makes of a message.",
        "app.cli.triage:triage",
        ("triage message.txt --policy lantern.yaml", "triage - --json < message.txt"),
    ),
    "openapi": Place(
        "Print the OpenAPI document of the API.",
        "app.cli.openapi:openapi",
        ("openapi > openapi.json",),
    ),
}

GROUPS: Final[dict[str, tuple[str, dict[str, Place]]]] = {
    "provider": (
        "Providers and their policies.",
        {
            "add": Place(
                "Add a provider: check its policy and publish it as version 1.",
                "app.cli.publishing:add_provider",
                ("provider add lantern.yaml",),
            )
        },
    ),
    "staff": (
        "A provider's own people.",
        {
            "add": Place(
                "Add an administrator, the first one, who makes the others.",
                "app.cli.staff:add",
                ('staff add ines@lantern.example --provider lantern --name "Ines Prado"',),
            )
        },
    ),
    "policy": (
        "Check, try, read and publish support policies.",
        {
            "lint": Place(
                "Check documents: every fault and finding at once.",
                "app.cli.policy:lint",
                ("policy lint lantern.yaml", "policy lint *.yaml --json"),
                "a document could not be published",
            ),
            "test": Place(
                "Play scenario files against policies.",
                "app.cli.testing:play_files",
                (
                    "policy test lantern.scenarios.yaml --policy lantern.yaml",
                    "policy test lantern.scenarios.yaml --policy lantern.yaml --only stranger",
                ),
                "a scenario failed, or there was none",
            ),
            "explain": Place(
                "Show a clause, the rules that use it and an example decision.",
                "app.cli.explaining:explain",
                ("policy explain lantern.yaml LAN-3", "policy explain lantern.yaml LAN-4 --json"),
            ),
            "diff": Place(
                "Say in words what changed between two versions, and for whom.",
                "app.cli.policy:diff",
                ("policy diff lantern.yaml lantern-2.yaml", "policy diff old.yaml new.yaml --language pt --json"),
            ),
            "render": Place(
                "Write a policy as a page for customers.",
                "app.cli.policy:render",
                ("policy render lantern.yaml", "policy render lantern.yaml --html > support.html"),
            ),
            "publish": Place(
                "Publish a new version of a provider's policy.",
                "app.cli.publishing:publish",
                ("policy publish lantern.yaml", "policy publish lantern.yaml --effective-from 2027-01-01"),
            ),
            "schema": Place(
                "Print the JSON Schema by which an editor checks a policy.",
                "app.cli.schema:policy_schema",
                ("policy schema > policy.schema.json",),
            ),
        },
    ),
    "report": (
        "What came of promises and prices, as tables or charts.",
        {
            "sla": Place(
                "Show how many promises were kept, and how long it took.",
                "app.cli.report:report_sla",
                (
                    "report sla --provider lantern --since 2026-01-01 --by priority --by department",
                    "report sla --period week --to promises.png",
                ),
            ),
            "fees": Place(
                "Show what prices were put, agreed to and paid.",
                "app.cli.report:report_fees",
                ("report fees --provider lantern --since 2026-01-01", "report fees --json"),
            ),
        },
    ),
    "audit": (
        "The log of everything, and its seals.",
        {
            "verify": Place(
                "Say whether the log is what was sealed.",
                "app.cli.audit:verify",
                ("audit verify > seals.txt", "audit verify --kept seals.txt", "audit verify --provider lantern --json"),
                "an event was altered, moved, added or taken away",
            )
        },
    ),
    "keys": (
        "The keys that sign tokens and seal secrets at rest.",
        {
            "make": Place(
                "Print a new key, as the setting takes it.",
                "app.cli.keys:make",
                ("keys make signing", "keys make sealing > sealing.json"),
            ),
            "rewrap": Place(
                "Wrap all that is sealed with the newest key, so that the old can go.",
                "app.cli.keys:rewrap",
                ("keys rewrap",),
                "something could not be opened: keep the old keys",
            ),
        },
    ),
    "client": (
        "Machines that call the API with a secret.",
        {
            "create": Place(
                "Create an API client; its secret is shown once.",
                "app.cli.clients:create",
                (
                    "client create client-area --provider lantern --scope submit",
                    "client create northwind --provider lantern --reseller R1 --json",
                ),
            ),
            "rotate": Place(
                "Give an API client a new secret; the old one stays good for a while.",
                "app.cli.clients:rotate",
                ("client rotate client-area --provider lantern --grace-hours 48",),
            ),
            "list": Place(
                "List a provider's API clients.",
                "app.cli.clients:list_clients",
                ("client list --provider lantern",),
            ),
        },
    ),
}
