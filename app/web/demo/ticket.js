// A ticket: its clocks, what may be done, the conversation, and why it was decided so.

import {Refused, call, get, post, tokenOf} from "./api.js";
import {clocks} from "./clocks.js";
import {refusal} from "./compose.js";
import {sentence, shown} from "./decision.js";
import {fill, h, say} from "./dom.js";
import {ask, fieldsOf} from "./forms.js";
import {instant, money, mood, plain, topicName, worded} from "./words.js";

const EVERY = 4000;
const LABELS = {consent: "Agree to the price", decline: "Decline the price", describe: "Add what is known"};
const INLINE = new Set(["reply", "note"]);

/** The page of one ticket; it looks for changes until `shut()` is called. `cast`: the provider's people. */
export function open(main, id, who, cast, changed) {
  const path = `/v1/tickets/${id}`;
  const parts = Object.fromEntries(["head", "clocks", "price", "actions", "messages", "trouble", "verdict"].map((name) => [name, h("div", {id: name})]));
  const summary = h("p", {class: "summary"});
  const staff = ["staff", "admin"].includes(who.role);
  const reply = h("textarea", {id: "reply", rows: 3, required: true});
  const internal = h("input", {type: "checkbox", id: "internal"});
  const answer = h("form", {class: "reply", submit: (event) => { event.preventDefault(); write(); }},
    h("label", {for: "reply"}, "Your reply"), reply,
    h("p", {class: "row"}, h("button", {class: "strong"}, "Reply"),
      staff ? h("span", {class: "check"}, internal, h("label", {for: "internal"}, "only for staff")) : null));
  let tag = null, shut = false, ticket = null, timer;

  const refresh = async () => {
    const read = await call("GET", path, undefined, {unless: tag});
    if (read === null || shut) return;
    const first = ticket === null;
    ({data: ticket, etag: tag} = read);
    const [messages, quote] = await Promise.all([
      get(`${path}/messages?limit=100`),
      ticket.quote ? get(ticket.quote.href) : null,
    ]);
    if (shut) return;
    fill(parts.head, head(ticket));
    fill(parts.price, quote ? price(quote, ticket, cast, pay) : null);
    fill(parts.actions, actions(ticket));
    fill(parts.messages, conversation(messages.data, who));
    answer.hidden = !ticket.allowed_actions.some((one) => one.action === "reply" && one.allowed);
    summary.textContent = sentence(ticket.decision);
    fill(parts.verdict, shown(ticket.decision));
    watch.read();
    if (!first) changed();
  };

  const attempt = async (deed) => {
    fill(parts.trouble, null);
    try {
      await deed();
      await refresh();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      fill(parts.trouble, refusal(error.problem));
      say(error.problem.title);
    }
    // The button that was pressed may be gone.
    if (document.activeElement === document.body) main.focus({preventScroll: true});
  };
  const write = () => attempt(async () => {
    await post(`${path}/messages`, {body: reply.value, visibility: internal.checked ? "internal" : "public"});
    reply.value = "";
    say("Sent.");
  });
  const pay = (quote, due) => attempt(async () => {
    const billing = cast.find((one) => one.scopes.includes("payments"));
    const token = await tokenOf(ticket.decision.provider, billing.id);
    await post(`/v1/quotes/${quote.id}/payments`, {amount: due, reference: `DEMO-${quote.id.slice(-6)}-${Date.now() % 1e6}`}, {token});
    say("Billing has reported the payment.");
  });
  const act = (one) => attempt(async () => {
    const describing = one.action === "describe";
    const known = describing ? missingOf(ticket) : await fieldsOf(one);
    const asks = known.filter((field) => field.name !== "ticket" && (field.required || field.kind !== "select"));
    const presets = {staff: "me", subject: ticket.subject, topic: ticket.topic};
    const body = asks.length ? await ask(LABELS[one.action] || plain(one.action), asks, presets) : {};
    if (body === null) return;
    if (typeof body.amount === "string") body.amount = {amount: body.amount, currency: ticket.fee.currency};
    if (one.action === "quote") body.ticket = ticket.id;
    if (describing) await call("PATCH", one.href, patchOf(body), {etag: tag});
    else await call(one.method, one.href, known.length ? body : undefined);
    say(`${LABELS[one.action] || plain(one.action)}: done.`);
  });
  parts.actions.addEventListener("click", ({target}) => {
    const one = ticket.allowed_actions.find(({action}) => action === target.closest("[data-action]")?.dataset.action);
    if (one) act(one);
  });

  const watch = clocks(parts.clocks, path);
  main.replaceChildren(h("div", {class: "two"},
    h("div", {}, parts.head, parts.clocks, parts.price, parts.actions, parts.trouble, parts.messages, answer),
    h("section", {class: "sheet", "aria-labelledby": "sheet-title"}, h("h2", {id: "sheet-title"}, "What was decided, and why"), summary, parts.verdict)));
  const again = async () => {
    if (!document.hidden) await refresh().catch(() => {});
    if (!shut) timer = setTimeout(again, EVERY);
  };
  refresh().then(() => { timer = setTimeout(again, EVERY); main.focus({preventScroll: true}); scrollTo(0, 0); });
  return () => { shut = true; clearTimeout(timer); watch.stop(); };
}

function head(ticket) {
  const facts = [ticket.priority && `${plain(ticket.priority)} priority`, ticket.topic && topicName(ticket.topic), ticket.assignee && `with ${ticket.assignee.name ?? "staff"}`];
  return [
    h("p", {class: "reference"}, ticket.reference, " ", h("span", {class: `pill ${mood(ticket.status)}`}, worded(ticket.status))),
    h("h1", {lang: ticket.language}, ticket.subject),
    h("p", {class: "soft"}, facts.filter(Boolean).join(" · ")),
  ];
}

function price(quote, ticket, cast, pay) {
  const due = quote.balance ?? quote.total;
  const payable = ["offered", "consented"].includes(quote.status) && due && Number(due.amount) > 0 && cast.some((one) => one.scopes.includes("payments"));
  const waits = payable && (ticket.work_gate === "awaiting_payment" || quote.status === "consented");
  return h("section", {class: "card", "aria-labelledby": "price-title"},
    h("h2", {id: "price-title"}, "Price ", h("span", {class: `pill ${mood(quote.status)}`}, plain(quote.status))),
    h("p", {class: "big"}, quote.total ? money(quote.total) : "still to come", quote.indicative ? h("span", {class: "soft"}, " by estimate") : null),
    h("ul", {class: "plain"}, quote.lines.map((line) => h("li", {}, `${line.text}${line.minutes ? `, ${line.minutes} minutes` : ""} at ${line.unit_price}`))),
    h("p", {class: "soft"}, [
      quote.terms === "capped" ? "Never more than this." : "Billed as it comes.",
      quote.prepay.required ? "Paid before the work." : null,
      Number(quote.paid.amount) ? `Paid: ${money(quote.paid)}.` : null,
      quote.expires_at ? `Good until ${instant(quote.expires_at)}.` : null,
    ].filter(Boolean).join(" ")),
    waits ? h("p", {class: "row"}, h("button", {type: "button", click: () => pay(quote, due)}, `Let billing report ${money(due)} as paid`)) : null);
}

function actions(ticket) {
  const may = ticket.allowed_actions.filter((one) => one.allowed && !INLINE.has(one.action));
  const not = ticket.allowed_actions.filter((one) => !one.allowed);
  return h("section", {"aria-labelledby": "actions-title"},
    h("h2", {id: "actions-title"}, "What you may do"),
    h("p", {class: "row"}, may.map((one) => h("button", {type: "button", class: one.action === "consent" ? "strong" : null, "data-action": one.action}, LABELS[one.action] || plain(one.action)))),
    not.length ? h("details", {}, h("summary", {}, `What you may not do now (${not.length})`),
      h("ul", {class: "clauses"}, not.map((one) => h("li", {},
        h("span", {class: "clause"}, one.citations?.[0]?.clause ?? ""),
        h("span", {}, h("strong", {}, plain(one.action)), ` – ${one.citations?.[0]?.sentence ?? `${plain(one.code).toLowerCase()}.`}`))))) : null);
}

function conversation(messages, who) {
  return h("section", {"aria-labelledby": "talk-title"}, h("h2", {id: "talk-title"}, "Conversation"),
    h("ol", {class: "talk"}, messages.map((one) => h("li", {class: [one.author.id === who.id ? "mine" : null, one.visibility].filter(Boolean).join(" ")},
      h("p", {class: "soft"}, one.author.name ?? plain(one.author.kind), one.visibility === "internal" ? " · only for staff" : "", ` · ${instant(one.received_at)}`),
      h("p", {class: "said", lang: one.language}, one.body)))));
}

/** What the decision misses, as fields of a form. */
function missingOf(ticket) {
  const names = ticket.decision.missing.flatMap((one) => one.any_of || one);
  return ["subject", ...names].map((name) => ({name, required: false, kind: "text"}));
}

function patchOf({subject, ...facts}) {
  return {...(subject ? {subject} : {}), ...(Object.keys(facts).length ? {facts} : {})};
}
