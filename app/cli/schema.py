"""`clausedesk policy schema`: the form of a policy, for other programs."""

import json

from app.policy.library.files import library
from app.policy.schema import schema


def policy_schema() -> None:
    """Print the JSON Schema by which an editor completes and checks a policy as it is typed."""
    print(json.dumps(schema(library()), indent=2, ensure_ascii=False))
