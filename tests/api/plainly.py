"""The rules of quarry.yaml a second time, in plain words and whole minutes: nothing here knows the engine."""

from dataclasses import dataclass, field

FIRST, NEXT, DEEPER, SOLVE, AGREED = "first_response", "next_reply", "level_response", "resolve", "turnaround"
ANSWERED = (FIRST, NEXT, DEEPER)
WAITING = ("waiting_customer", "waiting_consent", "waiting_payment")
GATE_STATUS = {"awaiting_consent": "waiting_consent", "awaiting_payment": "waiting_payment"}
HOUR = 60


@dataclass
class Clock:
    metric: str
    cycle: int
    begun: int
    dues: list[int]
    """Of several the first binds; a change of priority adds one."""
    missed: bool = False
    ended: int | None = None
    cancelled: bool = False

    @property
    def due(self) -> int:
        return min(self.dues)

    def state(self, status: str) -> str:
        if self.missed:
            return "breached"
        if self.ended is not None:
            return "cancelled" if self.cancelled else "met"
        return "paused" if self._stands_still(status) else "running"

    def _stands_still(self, status: str) -> bool:
        return self.metric not in (FIRST, AGREED) and status in WAITING

    def passes(self, start: int, end: int, status: str) -> None:
        if self.ended is not None:
            return
        if self._stands_still(status):
            if not self.missed:
                self.dues = [due + end - start for due in self.dues]
        else:
            self.missed = self.missed or self.due < end


@dataclass
class Quote:
    total: int
    status: str = "offered"
    paid: int = 0


@dataclass
class Plain:
    """One ticket. Every deed answers whether it was let through; what was not has changed nothing."""

    topic: str
    minutes: int | None
    urgent: bool
    now: int = 0
    status: str = "open"
    level: int = 1
    department: str = "support"
    assignee: str | None = None
    priority: str = ""
    priority_set: str | None = None
    cause: str = "unknown"
    quoted_minutes: int | None = None
    consented: int | None = None
    paid: int = 0
    used: int = 0
    waived: bool = False
    declined: bool = False
    settled: int | None = None
    quotes: list[Quote] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    first_answer: bool = False
    unanswered: bool = True

    def __post_init__(self) -> None:
        self.priority = self._priority()
        self.clocks = [Clock(FIRST, 1, 0, [self._answer_within()]), Clock(SOLVE, 1, 0, [24 * HOUR])]
        self.status = GATE_STATUS.get(self.gate, "open")
        self._offer()

    # ── what follows ─────────────────────────────────────────────────────────
    @property
    def over(self) -> bool:
        return self.status in ("resolved", "closed")

    @property
    def quote(self) -> Quote | None:
        return self.quotes[-1] if self.quotes else None

    def _priority(self) -> str:
        return self.priority_set or ("high" if self.urgent else "low")

    def _answer_within(self) -> int:
        return HOUR if self.priority == "high" else 4 * HOUR

    @property
    def free(self) -> bool:
        """It costs nothing: covered, our own fault, waived, or not wanted at that price."""
        return self.topic == "web" or self._our_fault or self.waived or self.declined

    @property
    def price(self) -> int | None:
        if self.free:
            return 0
        if self.settled is not None:
            return self.settled
        return self._price_of(self.quoted_minutes if self.quoted_minutes is not None else self.minutes)

    def _price_of(self, minutes: int | None) -> int | None:
        if self.topic == "web":
            return 0
        if self.topic == "setup":
            return 50
        return None if minutes is None else max(1, -(-minutes // 30)) * 30

    @property
    def gate(self) -> str:
        price = self.price
        if self.declined and self.topic != "web" and not self._our_fault:
            return "closed"
        if self.free:
            return "open"
        if self.settled is not None:
            return "awaiting_payment" if self.topic == "setup" and self.paid < self.settled else "open"
        if price is None:
            return "awaiting_quote"
        if self.topic == "setup":
            return "open" if self.paid >= price else "awaiting_payment"
        used_up = self.consented is not None and 0 < self.used >= self.consented
        return "awaiting_consent" if self.consented is None or used_up else "open"

    @property
    def _our_fault(self) -> bool:
        return self.topic == "code" and self.cause == "provider"

    def _decide_again(self, *, heard: bool = False) -> None:
        """`heard`: the customer has spoken, and is waited for no longer."""
        if self._our_fault or (self.declined and self.topic != "web"):
            self.paid = 0
        if not self.over:
            wanted = GATE_STATUS.get(self.gate, "open")
            if not (self.status == "waiting_customer" and wanted == "open" and not heard):
                self.status = wanted
        before, self.priority = self.priority, self._priority()
        if before != self.priority:
            for clock in self.clocks:
                if clock.metric == FIRST and clock.ended is None and not clock.missed:
                    clock.dues.append(self.now + self._answer_within())

    def _offer(self) -> None:
        """What it costs has a quote; what turns out to be our fault is waived."""
        last = self.quote
        if (self._our_fault or self.waived) and last is not None and last.status in ("offered", "consented"):
            last.status = "waived"
            return
        price = self.price
        if self.over or not price or self.settled is not None or self.gate in ("awaiting_quote", "closed"):
            return
        if last is None or last.status not in ("offered", "consented") or last.total != price:
            self._put(price)

    def _put(self, total: int) -> None:
        if self.quote is not None and self.quote.status == "offered":
            self.quote.status = "superseded"
        self.quotes.append(Quote(total))

    def _reaches(self, who: str) -> bool:
        """The clerk works on the first level, the expert on both, and each on what is theirs."""
        return who in ("expert", self.assignee) or self.level == 1

    def _stop(self, *metrics: str) -> None:
        for clock in self.clocks:
            if clock.ended is None and clock.metric in metrics:
                clock.ended = self.now

    def _begin(self, metric: str, within: int) -> None:
        cycle = 1 + sum(clock.metric == metric for clock in self.clocks)
        self.clocks.append(Clock(metric, cycle, self.now, [self.now + within]))

    def _answered(self) -> None:
        self._stop(*ANSWERED)
        self.first_answer, self.unanswered = True, False

    # ── deeds ────────────────────────────────────────────────────────────────
    def waits(self, minutes: int) -> None:
        for clock in self.clocks:
            clock.passes(self.now, self.now + minutes, self.status)
        self.now += minutes

    def customer_writes(self) -> bool:
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
        self._answered()
        if asks and self.status == "open":
            self.status = "waiting_customer"
        return True

    def assign(self, who: str) -> bool:
        if self.over or self.assignee is not None or not self._reaches(who):
            return False
        self.assignee = who
        return True

    def hand_over(self, who: str, to: str) -> bool:
        if self.over or not self._reaches(who):
            return False
        self.assignee = to
        return True

    def escalate(self, who: str) -> bool:
        if self.over or not self._reaches(who):
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
        if not self._reaches(who):
            return False
        self.cause = cause
        self.minutes = minutes if minutes is not None else self.minutes
        self._decide_again()
        self._offer()
        return True

    def override(self, who: str, priority: str) -> bool:
        if not self._reaches(who):
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
        return True

    def close(self, who: str) -> bool:
        if self.status == "closed" or (who in ("clerk", "expert") and not self._reaches(who)):
            return False
        solved = self.settled is not None or self.status == "resolved"
        if self.topic == "setup" and not solved:
            self.paid = 0  # what was paid first for work that solved nothing goes back
        self._answered()
        self._stop(SOLVE, AGREED)
        self.status = "closed"
        return True

    def reopen(self, who: str) -> bool:
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
        return True

    def excuse(self, who: str) -> bool:
        return not self.over and self._reaches(who)

    def start(self, who: str) -> bool:
        return not self.over and self.gate == "open" and self._reaches(who)

    def work(self, who: str, minutes: int) -> bool:
        if self.over or self.gate != "open" or not self._reaches(who):
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
        self.declined = self.waived = False
        self._decide_again()
        self._put(self.price or 0)
        return True

    def consent(self, who: str) -> bool:
        quote = self.quote
        if quote is None or who != "owner" or self.over or quote.status not in ("offered", "declined"):
            return False
        before, self.declined = self.declined, False
        if self.price != quote.total:
            self.declined = before
            return False
        self.consented, quote.status = quote.total, "consented"
        self._decide_again(heard=True)
        return True

    def decline(self, who: str) -> bool:
        quote = self.quote
        if quote is None or who != "owner" or self.over or quote.status not in ("offered", "consented"):
            return False
        self.declined, self.consented, quote.status = True, None, "declined"
        self._decide_again(heard=True)
        return True

    def pay(self, amount: int) -> bool:
        if self.quote is None:
            return False
        self.quote.paid += amount
        self.paid += amount
        self.declined = False
        self._decide_again(heard=True)
        return True

    def waive(self, who: str) -> bool:
        quote = self.quote
        if quote is None or not self._reaches(who) or quote.status not in ("offered", "consented", "declined"):
            return False
        self.waived, self.declined, self.paid, quote.status = True, False, 0, "waived"
        self._decide_again()
        return True

    def settle(self, who: str, minutes: int) -> bool:
        quote = self.quote
        if quote is None or not self._reaches(who) or quote.status not in ("offered", "consented"):
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
