"""What people do to a ticket of quarry.yaml, by its rules a second time: nothing here knows the engine."""

from collections.abc import Mapping
from typing import Any

from tests.api.plain_passing import Passing
from tests.api.plain_standing import AGREED, DEEPER, FIRST, HOUR, NEXT, SOLVE, Quote


class Plain(Passing):
    """One ticket. Every deed answers whether it was let through; what was not has changed nothing."""

    def does(self, deed: str, said: Mapping[str, Any]) -> bool:
        before = self.status
        done: bool = getattr(self, deed)(**said)
        if self.status != before:
            self.since = self.now
        return done

    # ── deeds ────────────────────────────────────────────────────────────────
    def customer_writes(self) -> bool:
        if self.merged:
            return True  # the other one hears it
        asks_again = self.first_answer and not self.unanswered
        self.unanswered = True
        if self.status == "resolved":
            self.status = "open"
            self._take_up_again()
        self._decide_again(heard=True)
        if asks_again:
            self._begin(NEXT, 2 * HOUR)
        self._offer()
        return True

    def staff_write(self, *, asks: bool) -> bool:
        if self.merged:
            return True
        self._answered()
        if asks and self.status == "open":
            self.status = "waiting_customer"
        self._offer()
        return True

    def assign(self, who: str) -> bool:
        if self.over or self.assignee is not None or not self._reaches(who):
            return False
        self.assignee = who
        self._offer()
        return True

    def hand_over(self, who: str, to: str) -> bool:
        if self.over or not self._reaches(who):
            return False
        self.assignee = to
        self._offer()
        return True

    def escalate(self, who: str) -> bool:
        if self.over or self.level == 2 or not self._reaches(who):
            return False
        self.level, self.assignee = 2, None
        self._decide_again()
        running = [clock for clock in self.clocks if clock.metric == DEEPER and clock.ended is None]
        if not any(clock.begun == self.now for clock in running):
            for clock in running:
                clock.ended, clock.cancelled = self.now, True
            self._begin(DEEPER, 3 * HOUR)
        self._offer()
        return True

    def transfer(self, who: str) -> bool:
        if self.over or not self._reaches(who):
            return False
        self.department, self.level, self.assignee = "sales", 1, None
        self._decide_again()
        self._offer()
        return True

    def diagnose(self, who: str, cause: str, minutes: int | None) -> bool:
        if self.merged or self.refused or not self._reaches(who):
            return False
        self.cause = cause
        self.minutes = minutes if minutes is not None else self.minutes
        self._decide_again()
        self._offer()
        return True

    def override(self, who: str, priority: str) -> bool:
        if self.merged or self.refused or not self._reaches(who):
            return False
        self.priority_set = priority
        self._decide_again()
        self._offer()
        return True

    def describe(self, *, urgent: bool) -> bool:
        if self.over:
            return False
        self.urgent = urgent
        self._decide_again(heard=True)
        self._offer()
        return True

    def resolve(self, who: str) -> bool:
        if self.over or not self._reaches(who):
            return False
        self._answered()
        self._stop(SOLVE, AGREED)
        self.status = "resolved"
        self._offer()
        return True

    def close(self, who: str) -> bool:
        if self.status == "closed" or (who in ("clerk", "expert") and not self._reaches(who)):
            return False
        self._ends()
        self._offer()
        return True

    def reopen(self, who: str) -> bool:
        if self.merged or self.refused:
            return False
        if (not self.over and not self.declined) or (who in ("clerk", "expert") and not self._reaches(who)):
            return False
        if self.over:
            self._take_up_again()
        self.status, self.declined = "open", False
        self._decide_again(heard=True)
        self._offer()
        return True

    def _take_up_again(self) -> None:
        """What was left of the time to solve it goes on."""
        last = [clock for clock in self.clocks if clock.metric == SOLVE][-1]
        if last.ended is not None and not last.missed:
            self._begin(SOLVE, last.due - last.ended)

    def triage(self, who: str) -> bool:
        if self.over or not self._reaches(who):
            return False
        self._decide_again()
        self._offer()
        return True

    def negotiate(self, who: str, minutes: int) -> bool:
        """The time that both sides agree is measured; a later agreement takes the place of the earlier."""
        if self.over or not self._reaches(who):
            return False
        agreed = [clock for clock in self.clocks if clock.metric == AGREED and clock.ended is None]
        if not agreed:
            self._begin(AGREED, minutes)
        elif not agreed[-1].missed:
            agreed[-1].dues = [self.now + minutes]
        self._offer()
        return True

    def excuse(self, who: str) -> bool:
        if self.over or not self._reaches(who):
            return False
        self._offer()
        return True

    def verify(self, who: str, *, passed: bool) -> bool:
        """Whoever turns out to be somebody else has asked for the last time."""
        if self.over or not self._reaches(who):
            return False
        if passed:
            self._decide_again()
            self._offer()
            return True
        self._ends()
        self.gate, self.refused = "closed", True
        self._offer()
        return True

    def availability(self, who: str, *, available: bool) -> bool:
        if self.over or not self._reaches(who):
            return False
        self.unavailable = not available
        self._decide_again()
        self._offer()
        return True

    def schedule(self, who: str, wait: int, length: int) -> bool:
        if self.over or not self._reaches(who):
            return False
        self.window = (self.now + wait, self.now + wait + length)
        self._decide_again()
        self._offer()
        return True

    def merge(self, who: str) -> bool:
        """It goes on in another ticket of the same customer."""
        if self.over or not self._reaches(who):
            return False
        for clock in self.clocks:
            if clock.ended is None:
                clock.ended, clock.cancelled = self.now, True
        self.status, self.merged = "closed", True
        return True

    def absorb(self, who: str, *, urgent: bool) -> bool:
        """Another request, made this minute, goes on in this one: whichever is due first stands."""
        if self.over or who not in ("clerk", "expert"):
            return False
        for metric, within in ((FIRST, HOUR if urgent else 4 * HOUR), (SOLVE, 24 * HOUR)):
            for clock in self.clocks:
                if clock.metric == metric and clock.ended is None and self.now + within < clock.due:
                    clock.begun, clock.dues = self.now, [self.now + within]
        return True

    def start(self, who: str) -> bool:
        if self.over or not self._may_work or not self._reaches(who):
            return False
        self._offer()
        return True

    @property
    def _may_work(self) -> bool:
        in_window = self.window is not None and self.window[0] <= self.now < self.window[1]
        return self.gate == "open" or (self.gate == "scheduled" and in_window)

    def work(self, who: str, minutes: int) -> bool:
        if self.over or not self._may_work or not self._reaches(who):
            return False
        self.used += minutes
        self._decide_again()
        self._offer()
        return True

    # ── money ────────────────────────────────────────────────────────────────
    def put_price(self, who: str, minutes: int) -> bool:
        if self.over or not self._reaches(who):
            return False
        self._answered()
        self.quoted_minutes, self.consented, self.settled = minutes, None, None
        self.declined = self.waived = self.lapsed = False
        self._decide_again()
        self._put(self.price or 0)
        return True

    def _up_to_say(self, quote: Quote, *more: str) -> bool:
        """Whether it is still on offer, or stands otherwise in a way that may be changed."""
        return quote.status in more or (quote.status == "offered" and quote.stands(self.now))

    def consent(self, who: str) -> bool:
        quote = self.quote
        if quote is None or who != "owner" or self.over or not self._up_to_say(quote, "declined"):
            return False
        before, self.declined = self.declined, False
        if self.price != quote.total:
            self.declined = before
            return False
        self.consented, self.lapsed, quote.status = quote.total, False, "consented"
        self._decide_again(heard=True)
        return True

    def decline(self, who: str) -> bool:
        quote = self.quote
        if quote is None or who != "owner" or self.over or not self._up_to_say(quote, "consented"):
            return False
        self.declined, self.consented, quote.status = True, None, "declined"
        self._decide_again(heard=True)
        return True

    def pay(self, amount: int) -> bool:
        if self.quote is None:
            return False
        self.quote.paid += amount
        self.paid += amount
        if self.merged or self.refused:
            return True
        self.declined = self.lapsed = False
        self._decide_again(heard=True)
        return True

    def waive(self, who: str) -> bool:
        quote = self.quote
        if quote is None or self.merged or self.refused or not self._reaches(who):
            return False
        if not self._up_to_say(quote, "consented", "declined"):
            return False
        self.waived, self.declined, self.paid, quote.status = True, False, 0, "waived"
        self._decide_again()
        return True

    def settle(self, who: str, minutes: int) -> bool:
        quote = self.quote
        if quote is None or self.merged or self.refused or not self._reaches(who):
            return False
        if not self._up_to_say(quote, "consented"):
            return False
        if self.gate == "awaiting_consent" and self.consented is None:
            return False
        if self.topic != "web":
            cap = self.consented if self.consented is not None else self.price
            taken = self._price_of(minutes)
            self.settled = min(cap or 0, taken or 0)
        quote.status = "settled"
        if self.topic != "web":
            self._decide_again()
        return True
