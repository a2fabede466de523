"""`make release-api`: from now on, the present document is what callers rely on."""

import json

from app.base.settings import Settings
from app.main import create_app
from tests.contract.breaking import promised
from tests.contract.programs import ROOT

if __name__ == "__main__":
    released = promised(create_app(Settings()).openapi())
    text = json.dumps(released, indent=1, ensure_ascii=False)
    (ROOT / "openapi" / "released.json").write_text(f"{text}\n", "utf-8")
