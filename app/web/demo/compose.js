// Writing a request, and seeing while one writes what will be decided.

import {Refused, get, newKey, post} from "./api.js";
import {sentence, shown} from "./decision.js";
import {fill, h, say} from "./dom.js";
import {plain, topicName} from "./words.js";

const PAUSE = 350;
const EXAMPLES = {
  en: [
    ["Our mail does not arrive", "Since this morning no mail reaches our mailboxes. The webmail shows an error."],
    ["Please debug our order script", "Our own PHP script stops with an error when somebody orders. Can you fix the code?"],
    ["The whole site is down", "Nobody can open our website, neither here nor from our phones."],
    ["Restore last week’s backup", "We deleted a folder by mistake and need the backup of last Tuesday."],
  ],
  pt: [
    ["Nosso e-mail não chega", "Desde hoje cedo nenhuma mensagem chega às nossas caixas postais."],
    ["Erro no nosso PHP", "A página de pedidos mostra um erro do nosso próprio programa. Vocês podem corrigir o código?"],
    ["O site está fora do ar", "Ninguém consegue abrir o nosso site, nem daqui nem do celular."],
    ["Restaurar o backup", "Apagamos uma pasta sem querer e precisamos do backup da semana passada."],
  ],
};

/** The page for a new request of `who`; `opened(ticket)` is called when it is sent. */
export function compose(main, who, policy, opened) {
  const facts = {};
  let turn = 0, waiting, key = newKey();
  const input = (name, label, attributes = {}, help = null) => {
    const {rows, options, ...rest} = attributes;
    const shape = {id: name, name, ...rest, "aria-describedby": help ? `${name}-help` : null};
    const element = rows ? h("textarea", {...shape, rows}) : options ? h("select", shape, options) : h("input", shape);
    return h("p", {}, h("label", {for: name}, label), element, help ? h("small", {id: `${name}-help`}, help) : null);
  };
  const topics = [...new Set(policy.coverage.flatMap((one) => one.topics))].filter((t) => !t.includes("*")).sort();
  const verdict = h("div", {id: "verdict"});
  const summary = h("p", {id: "summary", role: "status", class: "summary"});
  const missing = h("div", {id: "missing"});
  const guesses = h("div", {id: "guesses"});
  const send = h("button", {class: "strong"}, "Open the ticket");
  const form = h("form", {id: "request", autocomplete: "off"},
    h("h1", {}, "What is wrong?"),
    h("p", {class: "examples"}, h("span", {class: "soft"}, "For example "),
      (EXAMPLES[policy.locale.slice(0, 2)] || EXAMPLES.en).map(([subject, body]) =>
        h("button", {type: "button", class: "chip", lang: policy.locale, click: () => { form.subject.value = subject; form.body.value = body; form.topic.value = ""; look(0); }}, subject))),
    input("subject", "Subject", {required: true, maxlength: 255}),
    input("body", "What happened", {rows: 6, maxlength: 65536}),
    guesses,
    missing,
    naming(who, policy, input),
    h("fieldset", {class: "row"}, h("legend", {class: "unseen"}, "More about it"),
      input("topic", "About", {options: [h("option", {value: ""}, "from your words"), ...topics.map((t) => h("option", {value: t}, topicName(t)))]}),
      input("minutes", "Estimated minutes", {type: "number", min: 0, max: 6000, placeholder: "–"}),
      input("at", "As if it came at (empty: now)", {type: "datetime-local"})),
    h("p", {class: "row"}, send));

  const request = () => {
    const asked = {subject: form.subject.value.trim()}, minutes = form.minutes.value;
    if (form.body.value.trim()) asked.body = form.body.value.trim();
    for (const name of ["account", "channel"]) if (form[name]?.value) asked[name] = form[name].value;
    if (form.email?.value) asked.sender = {email: form.email.value};
    if (minutes) asked.estimated_minutes = Number(minutes);
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ""));
    asked.facts = form.topic.value ? {topic: form.topic.value, ...known} : known;
    return asked;
  };

  const show = async () => {
    const mine = ++turn, asked = request();
    if (!asked.subject) return fill(verdict, hint());
    if (form.at.value) asked.at = new Date(form.at.value).toISOString();
    try {
      const decision = await post("/v1/classifications", asked);
      if (mine !== turn) return;
      summary.textContent = sentence(decision);
      fill(verdict, shown(decision));
      guess(decision);
      need(decision);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine !== turn) return;
      summary.textContent = error.problem.title;
      fill(verdict, refusal(error.problem));
    }
  };
  const look = (pause = PAUSE) => {
    key = newKey();
    clearTimeout(waiting);
    waiting = setTimeout(show, pause);
  };

  const guess = (decision) => {
    const likely = decision.topic_source === "given" ? [] : decision.topic_candidates.filter((one) => one.confidence >= 0.05).slice(0, 3);
    fill(guesses, likely.length ? h("p", {class: "examples"}, h("span", {class: "soft"}, "Is it about "),
      likely.map((one) => h("button", {type: "button", class: "chip", "data-topic": one.topic}, `${topicName(one.topic)} · ${Math.round(one.confidence * 100)} %`))) : null);
  };
  guesses.addEventListener("click", ({target}) => {
    const topic = target.closest("[data-topic]")?.dataset.topic;
    if (!topic) return;
    if (![...form.topic.options].some((option) => option.value === topic)) form.topic.append(h("option", {value: topic}, topicName(topic)));
    form.topic.value = topic;
    form.topic.focus();
    look(0);
  });

  // A field stays once it was asked for, so that nothing moves away under somebody who writes.
  const need = (decision) => {
    for (const name of decision.missing.flatMap((one) => one.any_of || one)) {
      if (name in facts) continue;
      facts[name] = "";
      const field = input(`fact-${name}`, plain(name));
      field.querySelector("input").addEventListener("input", ({target}) => { facts[name] = target.value.trim(); });
      missing.append(field);
    }
  };

  form.addEventListener("input", () => look());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      const ticket = await post("/v1/tickets", request(), {key});
      say(`Ticket ${ticket.reference} is there.`);
      opened(ticket);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      fill(verdict, refusal(error.problem));
      say(error.problem.title);
    } finally {
      send.disabled = false;
    }
  });

  fill(verdict, hint());
  main.replaceChildren(h("div", {class: "two"}, form,
    h("section", {class: "sheet", "aria-labelledby": "sheet-title"},
      h("h2", {id: "sheet-title"}, `What ${policy.name} will decide`), summary, verdict)));
  form.subject.focus();
}

/** Whoever is no contact says for whom, and by which channel it came. */
function naming(who, policy, input) {
  if (who.role.endsWith("_contact")) return null;
  const reseller = who.role === "reseller";
  return h("fieldset", {class: "row"}, h("legend", {class: "unseen"}, "Who asks"),
    input("account", "Account", reseller ? {options: [h("option", {value: ""}, "our own")]} : {placeholder: "number"}),
    reseller ? null : input("email", "Sender’s address", {type: "email", value: who.role === "service" ? "somebody@nowhere.example" : ""}),
    input("channel", "Channel", {options: [h("option", {value: ""}, "the usual one"), ...policy.channels.map((one) => h("option", {value: one.slug}, one.name))]}));
}

/** A reseller's accounts, when they are known. */
export async function fillAccounts() {
  const select = document.querySelector("select#account");
  if (!select) return;
  for (const one of (await get("/v1/accounts?limit=100")).data) select.append(h("option", {value: one.number}, `${one.holder ?? one.name} (${one.number})`));
}

const hint = () => h("p", {class: "hint"}, "Write a subject. As you write, the policy decides: what will become of it, by when, at what cost, and which clause says so.");

export function refusal(problem) {
  return h("div", {class: "part"}, h("h3", {}, "Not like this"), h("div", {class: "value"}, h("strong", {}, problem.title)),
    h("p", {}, problem.detail, " ", h("a", {href: problem.type, target: "_blank"}, "What this means")),
    problem.errors ? h("ul", {}, problem.errors.map((fault) => h("li", {}, h("code", {}, fault.pointer), " ", fault.message))) : null,
    problem.citations ? h("ul", {class: "clauses"}, problem.citations.map((one) => h("li", {}, h("span", {class: "clause"}, one.clause), h("span", {}, one.sentence)))) : null);
}
