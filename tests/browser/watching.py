"""A page under watch: what it complains of, whom it asks, and what axe finds."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

_VIOLATIONS = "addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective}`))"


@dataclass
class Watched:
    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, exceptions, violations of the policy, requests to other hosts."""
    asked: int = 0
    """How many requests it made."""

    def barriers(self) -> list[str]:
        """What keeps somebody out (axe): rule and place. Empty: nothing of all that was looked at."""
        found: dict[str, Any] = Axe().run(self.page).response
        assert found["passes"], "axe looked at nothing"
        return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


def watched(page: Page, origin: str) -> Watched:
    watch = Watched(page)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watch.complaints.append(f"{message.type}: {message.text}")

    def on_request(request: Request) -> None:
        watch.asked += 1
        if not request.url.startswith((origin, "data:", "blob:")):
            watch.complaints.append(f"asked {request.url}")

    page.add_init_script(_VIOLATIONS)
    page.on("console", on_console)
    page.on("pageerror", lambda error: watch.complaints.append(f"exception: {error}"))
    page.on("request", on_request)
    return watch
