"""What time does to a ticket of quarry.yaml, once a worker comes by, by its rules a second time."""

from tests.api.plain_standing import AGREED, DAY, SOLVE, Standing


class Passing(Standing):
    """Until somebody looks, nothing is closed, opened or expired; only clocks run out by themselves."""

    def waits(self, minutes: int) -> None:
        for clock in self.clocks:
            clock.passes(self.now, self.now + minutes, self.status)
        self.now += minutes

    def worker_comes(self) -> bool:
        """Whatever the time has come for; the same thing never twice."""
        if self.status == "scheduled" and self.window is not None and self.window[0] <= self.now:
            self.status, self.gate = "open", "open"
        if self.status in ("waiting_customer", "waiting_payment", "resolved") and self.now >= self.since + 14 * DAY:
            self._ends()
        last = self.quote
        if last is not None and last.status == "offered" and not last.stands(self.now):
            last.status = "expired"
            if not self.over:
                self.lapsed = True
                self._decide_again()
        return True

    def _ends(self) -> None:
        """Closed; what was paid first for work that solved nothing goes back."""
        solved = self.settled is not None or self.status == "resolved"
        if self.topic == "setup" and not solved:
            self.paid = 0
        self._answered()
        self._stop(SOLVE, AGREED)
        self.status = "closed"
