"""`clausedesk openapi`: what the API says about itself."""

import json

from app.base.settings import read_settings
from app.main import create_app


def openapi() -> None:
    """Print the OpenAPI document of the API."""
    print(json.dumps(create_app(read_settings()).openapi(), indent=2, ensure_ascii=False))
