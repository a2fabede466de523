// Who is looking, at which provider, and at what.

import {get, speakAs, tokenOf} from "./api.js";
import {compose, fillAccounts} from "./compose.js";
import {$, fill, h, say} from "./dom.js";
import {open} from "./ticket.js";
import {mood, plain, worded} from "./words.js";

const PLACE = /^#\/([a-z0-9-]+)(?:\/([0-9a-f-]{36}))?(?:\/([0-9a-f-]{36}))?$/;
let providers = [], provider, who, shut = () => {}, turn = 0;

async function start() {
  providers = (await get("/demo/people")).data;
  $("#providers").append(...providers.map((one) => h("label", {class: "tab"},
    h("input", {type: "radio", name: "provider", value: one.slug}), h("span", {}, one.name))));
  $("#providers").addEventListener("change", ({target}) => go(target.value));
  $("#person").addEventListener("change", ({target}) => go(provider.slug, target.value));
  $("#new").addEventListener("click", () => go(provider.slug, who.id));
  window.addEventListener("hashchange", show);
  await show();
}

function go(...place) {
  const hash = `#/${place.join("/")}`;
  if (location.hash === hash) show();
  else location.hash = hash;
}

async function show() {
  const mine = ++turn, before = who?.id;
  shut();
  shut = () => {};
  const [, slug, person, ticket] = PLACE.exec(location.hash) || [];
  provider = providers.find((one) => one.slug === slug) || providers[0];
  const people = provider.people.filter((one) => one.role !== "service" || one.scopes.includes("submit"));
  who = people.find((one) => one.id === person) || people.find((one) => one.account) || people[0];
  $(`#providers input[value="${provider.slug}"]`).checked = true;
  fill($("#person"), grouped(people));
  $("#person").value = who.id;
  if (who.id !== before) $("#tickets").replaceChildren();
  const [token, policy] = await Promise.all([tokenOf(provider.slug, who.id), ticket ? null : get(`/v1/policies/${provider.slug}`)]);
  // Somebody has gone on meanwhile.
  if (mine !== turn) return;
  speakAs(token);
  const listing = listTickets(ticket);
  if (ticket) shut = open($("#main"), ticket, who, provider.people, () => listTickets(ticket));
  else {
    compose($("#main"), who, policy, (made) => go(provider.slug, who.id, made.id));
    await fillAccounts();
  }
  await listing;
}

function grouped(people) {
  const groups = new Map();
  for (const one of people) {
    const group = one.account && one.role !== "reseller" ? `${one.account.name} (${one.account.number})` : {reseller: "Resellers", service: "Anybody"}[one.role] || "Staff";
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(h("option", {value: one.id}, one.role === "service" ? "Somebody you name" : `${one.name}${one.listed_as ? `, ${plain(one.listed_as).toLowerCase()}` : ""}`));
  }
  return [...groups].map(([label, options]) => h("optgroup", {label}, options));
}

async function listTickets(current) {
  const mine = turn, found = who.role === "service" ? [] : (await get("/v1/tickets?limit=30&sort=-updated_at")).data;
  if (mine !== turn) return;
  $("#list-title").textContent = ["staff", "admin"].includes(who.role) ? "Tickets" : "Your tickets";
  fill($("#tickets"), found.length
    ? found.map((one) => h("li", {}, h("a", {href: `#/${provider.slug}/${who.id}/${one.id}`, "aria-current": one.id === current ? "page" : null},
      h("span", {class: "subject", lang: one.language}, one.subject),
      h("span", {class: "soft"}, one.reference),
      h("span", {class: `pill ${mood(one.status)}`}, worded(one.status)))))
    : h("li", {class: "soft"}, "None yet."));
}

start().catch((error) => {
  console.error(error);
  say(`The desk cannot be reached: ${error.message}`);
});
