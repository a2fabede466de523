"""The commands that there are, each with its line of help and the place that is loaded when it is called."""

from typing import Final

Place = tuple[str, str]
"""Line of help, and `module:function`."""

COMMANDS: Final[dict[str, Place]] = {
    "demo": ("Start everything, with examples to try.", "app.cli.demo:demo"),
    "serve": ("Serve the API.", "app.cli.serving:serve"),
    "worker": ("Work off events, deliveries and what falls due.", "app.cli.working:worker"),
    "drain": ("Have the API take no new callers, before it is stopped.", "app.cli.draining:drain"),
    "migrate": ("Bring the database to this version's schema.", "app.cli.migrating:migrate"),
    "inbound": ("Take in one mail from stdin, as a mail server pipes it.", "app.cli.inbound:inbound"),
    "import": ("Import accounts or contacts from a file.", "app.cli.importing:import_file"),
    "token": ("Print a development token, for trying things out.", "app.cli.token:token"),
    "triage": ("Explain what triage makes of a message.", "app.cli.triage:triage"),
    "openapi": ("Print the OpenAPI document of the API.", "app.cli.openapi:openapi"),
}

GROUPS: Final[dict[str, tuple[str, dict[str, Place]]]] = {
    "provider": (
        "Providers and their policies.",
        {"add": ("Add a provider: check its policy and publish it as version 1.", "app.cli.publishing:add_provider")},
    ),
    "policy": (
        "Check, try, read and publish support policies.",
        {
            "lint": ("Check documents: every fault and finding at once.", "app.cli.policy:lint"),
            "test": ("Play scenario files against policies.", "app.cli.testing:play_files"),
            "explain": ("Show a clause, the rules that use it and an example decision.", "app.cli.explaining:explain"),
            "diff": ("Say in words what changed between two versions, and for whom.", "app.cli.policy:diff"),
            "render": ("Write a policy as a page for customers.", "app.cli.policy:render"),
            "publish": ("Publish a new version of a provider's policy.", "app.cli.publishing:publish"),
            "schema": ("Print the JSON Schema by which an editor checks a policy.", "app.cli.schema:policy_schema"),
        },
    ),
    "report": (
        "What came of promises and prices, as tables or charts.",
        {
            "sla": ("Show how many promises were kept, and how long it took.", "app.cli.report:report_sla"),
            "fees": ("Show what prices were put, agreed to and paid.", "app.cli.report:report_fees"),
        },
    ),
    "audit": (
        "The log of everything, and its seals.",
        {"verify": ("Say whether the log is what was sealed.", "app.cli.audit:verify")},
    ),
    "keys": (
        "The keys that seal secrets at rest.",
        {
            "rewrap": (
                "Wrap all that is sealed with the newest key, so that the old can go.",
                "app.cli.keys:rewrap",
            )
        },
    ),
    "client": (
        "Machines that call the API with a secret.",
        {
            "create": ("Create an API client; its secret is shown once.", "app.cli.clients:create"),
            "rotate": (
                "Give an API client a new secret; the old one stays good for a while.",
                "app.cli.clients:rotate",
            ),
            "list": ("List a provider's API clients.", "app.cli.clients:list_clients"),
        },
    ),
}
