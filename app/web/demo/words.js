// How values are written for people.

const WORDS = {
  accepted: "Accepted", merged: "Joined to an open ticket", held: "Waiting for more", refused: "Refused",
  auto_closed: "Closed unread",
  covered: "Covered", billable: "Paid work", best_effort: "As well as we can", discretionary: "At our discretion",
  self_service: "You can do it yourself", not_supported: "Not supported", unspecified: "Not said in the policy",
  awaiting_consent: "Waits for your consent", awaiting_payment: "Waits for payment", awaiting_quote: "Waits for a price",
  awaiting_availability: "Waits until it can be done", awaiting_staff_decision: "Staff decide",
  scheduled: "Scheduled", closed: "Closed", open: "Open",
  waiting_customer: "Waits for you", waiting_consent: "Waits for your consent", waiting_payment: "Waits for payment",
  on_hold: "On hold", resolved: "Solved",
  first_response: "First answer", next_response: "Next answer", resolve: "Solution", update: "Update",
  promised: "promised", expected: "expected", guideline: "as a guideline",
};
const MOODS = {
  accepted: "good", covered: "good", met: "good", resolved: "good", consented: "good", settled: "good", waived: "good",
  merged: "warn", held: "warn", billable: "warn", awaiting_consent: "warn", awaiting_payment: "warn", paused: "warn",
  awaiting_quote: "warn", waiting_customer: "warn", waiting_consent: "warn", waiting_payment: "warn", offered: "warn",
  refused: "bad", auto_closed: "bad", not_supported: "bad", breached: "bad", declined: "bad", expired: "bad",
};

export const worded = (name) => WORDS[name] || plain(name);
export const mood = (name) => MOODS[name] || "plain";

/** `first_name` → `First name`. */
export function plain(name) {
  const text = String(name ?? "").replaceAll(/[_.-]+/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `email.offline` → `Email › offline`. */
export const topicName = (topic) => topic.split(".").map((part, n) => (n ? part.replaceAll("_", " ") : plain(part))).join(" › ");

export const money = ({amount, currency}) =>
  new Intl.NumberFormat(undefined, {style: "currency", currency, currencyDisplay: "code"}).format(Number(amount));

const day = (at) => new Date(at).toDateString();

/** `Tue 06:25`; with the date when it is far away, without the day when it is today. */
export function instant(at, from = Date.now()) {
  const when = new Date(at), time = {hour: "2-digit", minute: "2-digit"};
  if (day(at) === day(from)) return `${when.toLocaleTimeString([], time)} today`;
  if (Math.abs(when - from) < 6 * 86400e3) return when.toLocaleString([], {weekday: "short", ...time});
  return when.toLocaleString([], {day: "numeric", month: "short", ...time});
}

/** `2 h 59 min`. */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds)), days = Math.floor(whole / 86400);
  const hours = Math.floor(whole / 3600) % 24, minutes = Math.floor(whole / 60) % 60;
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return minutes ? `${minutes} min ${String(whole % 60).padStart(2, "0")} s` : `${whole} s`;
}

/** What something costs, in few words. */
export function price(fee) {
  if (!fee || fee.kind === "none") return "Nothing";
  if (fee.amount === null) return "A price will be named";
  const total = money(fee);
  return fee.indicative ? `About ${total}` : total;
}
