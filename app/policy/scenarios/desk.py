"""The in-memory desk: each kind of step is one function from the step to an answer, which becomes history."""

from collections.abc import Callable, Mapping
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.language.stating import misstated
from app.policy.scenarios import on_accounts, on_policy, on_tickets, steps
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.file import FileAccount, Played
from app.policy.scenarios.memory import CannotPlay, Memory

_STEPS: dict[str, Callable[[Memory, Any], Answer]] = {
    "classify": on_tickets.classify,
    "message": on_tickets.message,
    "action": on_tickets.action,
    "quote": on_tickets.quote,
    "contact": on_accounts.contact,
    "event": on_accounts.event,
    "notice": on_accounts.notice,
    "read": on_policy.read,
    "publish": on_policy.publish,
    "report": on_policy.report,
    "queue": on_policy.queue,
}


class ScenarioDesk:
    """The desk of one scenario, from empty."""

    def __init__(self, policy: CompiledPolicy, accounts: Mapping[str, FileAccount]) -> None:
        self._memory = Memory(policy, accounts)

    def play(self, played: Played) -> Answer:
        """The answer to one step; CannotPlay where the step speaks of what there is not."""
        self._check_facts(played.step)
        match played.step:
            case steps.TicketStep() as step:
                return on_tickets.ticket(self._memory, step, played.as_)
            case steps.TransitionStep(ticket=str(name)) as step:
                return on_tickets.transition(self._memory, step, name)
            case steps.TransitionStep() as step:
                return on_accounts.hold(self._memory, step)
            case step:
                return _STEPS[played.kind](self._memory, step)

    def _check_facts(self, step: steps.Step) -> None:
        stated = {**getattr(step, "facts", {}), **getattr(step, "payload", {}).get("facts", {})}
        if wrong := misstated(self._memory.versions[-1].names, stated):
            raise CannotPlay("; ".join(f"facts.{flaw.steps[0]}: {flaw.message}" for flaw in wrong))
