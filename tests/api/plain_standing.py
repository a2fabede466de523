"""How a ticket of quarry.yaml stands, by its rules a second time, in plain words and whole minutes."""

from dataclasses import dataclass, field

FIRST, NEXT, DEEPER, SOLVE, AGREED = "first_response", "next_reply", "level_response", "resolve", "turnaround"
ANSWERED = (FIRST, NEXT, DEEPER)
WAITING = ("waiting_customer", "waiting_consent", "waiting_payment", "scheduled")
GATE_STATUS = {
    "awaiting_consent": "waiting_consent",
    "awaiting_payment": "waiting_payment",
    "scheduled": "scheduled",
}
UNDECIDED = ("awaiting_quote", "awaiting_availability", "closed")
HOUR = 60
DAY = 24 * HOUR


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
    until: int | None = None
    """When it ends, unless somebody agrees before."""
    status: str = "offered"
    paid: int = 0

    def stands(self, now: int) -> bool:
        return self.status == "consented" or (self.status == "offered" and (self.until is None or now < self.until))


@dataclass
class Standing:
    """One ticket; nothing here knows the engine."""

    topic: str
    minutes: int | None
    urgent: bool
    now: int = 0
    status: str = "open"
    gate: str = "open"
    """As it was last decided."""
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
    unavailable: bool = False
    window: tuple[int, int] | None = None
    to_come: bool = False
    """When it was last decided, the window had not opened."""
    refused: bool = False
    merged: bool = False
    lapsed: bool = False
    """Its price has expired, and nobody has put another."""
    since: int = 0
    """Since when it has its status."""
    quotes: list[Quote] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    first_answer: bool = False
    unanswered: bool = True

    def __post_init__(self) -> None:
        self.priority = self._priority()
        self.clocks = [Clock(FIRST, 1, 0, [self._answer_within()]), Clock(SOLVE, 1, 0, [24 * HOUR])]
        self.gate = self._gate()
        self.status = GATE_STATUS.get(self.gate, "open")
        self._offer()

    # ── what follows ─────────────────────────────────────────────────────────
    @property
    def over(self) -> bool:
        return self.status in ("resolved", "closed")

    @property
    def outcome(self) -> str:
        return "merged" if self.merged else "refused" if self.refused else "accepted"

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

    def _gate(self) -> str:
        if self.refused or (self.declined and self.topic != "web" and not self._our_fault):
            return "closed"
        if self.unavailable and self.topic == "setup":
            return "awaiting_availability"
        permission = self._permission
        if self.lapsed and permission in ("awaiting_consent", "awaiting_payment"):
            return "awaiting_quote"
        return "scheduled" if permission == "open" and self.to_come else permission

    @property
    def _permission(self) -> str:
        price = self.price
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
        self.to_come = self.window is not None and self.now < self.window[0]
        self.gate = self._gate()
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
        if self.over or not price or self.settled is not None or self.gate in UNDECIDED:
            return
        if last is None or not last.stands(self.now) or last.total != price:
            self._put(price)

    def _put(self, total: int) -> None:
        if self.quote is not None and self.quote.status == "offered":
            self.quote.status = "superseded"
        self.quotes.append(Quote(total, until=self.now + 30 * DAY if total else None))

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
