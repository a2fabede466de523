// A decision, told as a sentence and then part by part, each with the clauses that say so.

import {h} from "./dom.js";
import {instant, money, mood, plain, price, topicName, worded} from "./words.js";

const PARTS = [
  ["Admission", ["sender", "channel", "language", "intake", "admission", "action", "duplicate"], admission],
  ["Priority", ["classify", "priority"], priority],
  ["Coverage", ["coverage"], coverage],
  ["Cost", ["fee", "gate", "consent", "allowance"], cost],
  ["Time", ["target", "schedule", "clock"], time],
];

/** The whole of it, to be put into the page. */
export function shown(decision) {
  const told = new Set(PARTS.flatMap(([, stages]) => stages));
  const parts = PARTS.map(([title, stages, value]) => part(title, value(decision), cited(decision, (s) => stages.includes(s)), decision));
  const besides = cited(decision, (stage) => !told.has(stage));
  return [
    parts,
    besides.length || decision.effects.length ? part("Besides", followed(decision), besides, decision) : null,
    readings(decision),
  ];
}

/** One sentence: what happens, by when, for how much. */
export function sentence(decision) {
  const first = decision.targets.find((target) => target.due_at);
  const words = [`${worded(decision.outcome)}.`];
  if (["refused", "auto_closed"].includes(decision.outcome)) {
    words.push(decision.notify_sender ? "You are told why." : "Nobody is told.");
    return words.join(" ");
  }
  if (decision.missing.length) words.push("Something is still missing.");
  if (first) words.push(`${worded(first.metric)} by ${instant(first.due_at, decision.at)}.`);
  else words.push("No time is promised.");
  if (decision.work_gate === "awaiting_staff_decision") words.push("Staff decide about the work.");
  else if (decision.fee) words.push(decision.fee.kind === "none" ? "It costs nothing." : `${price(decision.fee)}.`);
  return words.join(" ");
}

function part(title, value, citations, decision) {
  const clauses = citations.map((one) => h("li", {},
    h("a", {class: "clause", href: `/v1/policies/${decision.provider}/clauses/${one.clause}`, target: "_blank"}, one.clause),
    h("span", {lang: decision.language}, one.sentence)));
  return h("section", {class: "part"},
    h("h3", {}, title), h("div", {class: "value"}, value),
    clauses.length ? h("ul", {class: "clauses", "aria-label": `Clauses about ${title.toLowerCase()}`}, clauses) : null);
}

function cited(decision, belongs) {
  const seen = new Map();
  for (const one of decision.citations) if (belongs(one.stage)) seen.set(one.clause, one);
  return [...seen.values()];
}

const pill = (name, text = worded(name)) => h("span", {class: `pill ${mood(name)}`}, text);

function admission(decision) {
  const words = [pill(decision.outcome)];
  if (decision.reason) words.push(h("span", {}, plain(decision.reason)));
  if (decision.standing) words.push(h("span", {class: "soft"}, `You count as: ${plain(decision.standing).toLowerCase()}`));
  for (const other of decision.redirect || []) words.push(h("span", {class: "soft"}, `Ask by: ${plain(other).toLowerCase()}`));
  return words;
}

function priority(decision) {
  const where = [decision.department && plain(decision.department), decision.level && `level ${decision.level}`];
  return [
    h("strong", {}, decision.priority ? plain(decision.priority) : "None"),
    h("span", {class: "soft"}, where.filter(Boolean).join(", ")),
    decision.topic ? h("span", {class: "soft"}, `About: ${topicName(decision.topic)}`) : null,
  ];
}

function coverage(decision) {
  if (!decision.coverage) return [h("span", {class: "soft"}, "Not looked at")];
  return [pill(decision.coverage), decision.coverage_provisional ? h("span", {class: "soft"}, "until it is diagnosed") : null];
}

function cost(decision) {
  const fee = decision.fee, words = [h("strong", {}, price(fee))];
  for (const line of fee?.lines || []) {
    words.push(h("span", {class: "soft"}, `${line.text}${line.minutes ? `, ${line.minutes} min` : ""}`));
  }
  if (fee?.prepay_minimum) words.push(h("span", {class: "soft"}, `paid before the work, at least ${money({amount: fee.prepay_minimum, currency: fee.currency})}`));
  for (const other of fee?.alternatives || []) words.push(h("span", {class: "soft"}, `read otherwise: ${money({amount: other, currency: fee.currency})}`));
  if (decision.work_gate !== "open") words.push(pill(decision.work_gate));
  return words;
}

function time(decision) {
  const due = decision.targets.filter((target) => target.due_at);
  if (!due.length) return [h("span", {class: "soft"}, "No time is promised")];
  return due.map((target) => h("span", {class: "target"},
    h("strong", {}, `${worded(target.metric)} by ${instant(target.due_at, decision.at)}`), " ",
    h("span", {class: "soft"}, [
      target.earliest_at ? `from ${instant(target.earliest_at, decision.at)}` : null,
      target.strength && worded(target.strength).toLowerCase(),
      target.calendar && target.calendar !== "always" ? `in ${plain(target.calendar).toLowerCase()} hours` : null,
    ].filter(Boolean).join(", "))));
}

function followed(decision) {
  const names = decision.effects.map((effect) => effect.task || effect.kind || effect.notice || effect.type).filter(Boolean);
  return [...new Set(names)].map((name) => h("span", {class: "pill plain"}, plain(name)));
}

function readings(decision) {
  if (!decision.assumptions.length) return null;
  return h("details", {class: "readings"},
    h("summary", {}, `Where the text is silent: ${decision.assumptions.length} readings in force`),
    h("dl", {}, decision.assumptions.map((one) => [h("dt", {}, one.id), h("dd", {lang: decision.language}, one.value)])));
}
