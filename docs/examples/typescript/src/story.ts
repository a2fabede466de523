/** A request from its beginning to its end, told by everybody who takes part in it. */

import { answered, deskOf, once, Refused, type Desk } from "./desk.js";
import { Receiver } from "./receiver.js";

// One black dot, in place of the screenshot that a customer would take.
const SCREENSHOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);

interface Callers {
  contact: Desk;
  staff: Desk;
  billing: Desk;
  admin: Desk;
}

function callers(): Callers {
  const url = process.env["DESK_URL"] ?? "http://127.0.0.1:8080";
  const desk = (name: string): Desk => {
    const token = process.env[name];
    if (!token) throw new Error(`Set ${name}: \`clausedesk token\` prints one.`);
    return deskOf(url, token);
  };
  return {
    contact: desk("CONTACT_TOKEN"),
    staff: desk("STAFF_TOKEN"),
    billing: desk("BILLING_TOKEN"),
    admin: desk("ADMIN_TOKEN"),
  };
}

/** The contact sends the picture first and names it in the ticket. */
async function open(contact: Desk): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([SCREENSHOT], { type: "image/png" }), "order-form.png");
  const picture = await answered(
    contact.POST("/v1/attachments", { body: { file: "" }, bodySerializer: () => form, params: { header: once() } }),
  );
  const ticket = await answered(
    contact.POST("/v1/tickets", {
      params: { header: once() },
      body: {
        subject: "Our order form shows an error",
        body: "Since we changed the script it says: Undefined index: order. See the picture.",
        facts: {
          topic: "code.debug",
          first_name: "Thandi",
          last_name: "Mokoena",
          account_username: "acmeco",
          error_message: "Undefined index: order",
        },
        attachments: [picture.id],
      },
    }),
  );
  console.log(`contact   opened ${ticket.reference}: ${ticket.coverage}, ${ticket.work_gate}`);
  for (const { clause, sentence } of ticket.decision?.citations ?? []) console.log(`          ${clause} ${sentence}`);
  return ticket.id;
}

/** Staff note what they found out, and price forty minutes by the policy's fee rules. */
async function quote(staff: Desk, ticket: string): Promise<string> {
  const triaged = await answered(
    staff.POST("/v1/tickets/{ticket}/triage", {
      params: { path: { ticket }, header: once() },
      body: {
        customer_info: "Thandi Mokoena of acmeco",
        symptoms: "The order form ends with a PHP notice.",
        goal: "Customers can order again.",
        underlying_problem: "The script reads a field that the form has lost.",
      },
    }),
  );
  const offered = await answered(
    staff.POST("/v1/quotes", { params: { header: once() }, body: { ticket, estimated_minutes: 40 } }),
  );
  const [total, minimum] = [offered.total, offered.prepay.minimum];
  console.log(`staff     triaged ${triaged.reference} and offered ${total?.amount} ${total?.currency}`);
  console.log(`          to be paid before the work: ${minimum?.amount} ${minimum?.currency} at least`);
  return offered.id;
}

/** The contact agrees to the price, and billing says that it was paid. */
async function pay(contact: Desk, billing: Desk, quote: string): Promise<void> {
  const path = { quote_id: quote };
  const agreed = await answered(
    contact.POST("/v1/quotes/{quote_id}/consent", { params: { path, header: once() }, body: {} }),
  );
  if (agreed.total === null) throw new Error("The quote has no price.");
  console.log(`contact   ${agreed.status} to ${agreed.total.amount} ${agreed.total.currency}, ${agreed.terms}`);
  const paid = await answered(
    billing.POST("/v1/quotes/{quote_id}/payments", {
      params: { path, header: once() },
      body: { amount: agreed.total, reference: `INV-${quote}` },
    }),
  );
  console.log(`billing   recorded the payment: ${paid.payment}`);
}

async function resolve(staff: Desk, ticket: string): Promise<void> {
  const named = () => ({ path: { ticket }, header: once() });
  await answered(staff.POST("/v1/tickets/{ticket}/start-work", { params: named() }));
  await answered(
    staff.POST("/v1/tickets/{ticket}/record-work", { params: named(), body: { minutes: 35, note: "Field restored" } }),
  );
  const resolved = await answered(
    staff.POST("/v1/tickets/{ticket}/resolve", { params: named(), body: { resolution: "The form has its field again." } }),
  );
  console.log(`staff     ${resolved.status} ${resolved.reference}`);
}

/** Before it is paid, work is refused with the clause that says so. */
async function tryTooEarly(staff: Desk, ticket: string): Promise<void> {
  try {
    await answered(staff.POST("/v1/tickets/{ticket}/start-work", { params: { path: { ticket }, header: once() } }));
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    console.log(`staff     may not begin yet: ${refused.message}`);
    return;
  }
  throw new Error("Work began before it was paid.");
}

async function main(): Promise<void> {
  const { contact, staff, billing, admin } = callers();
  const receiver = await Receiver.open();
  const webhook = await answered(
    admin.POST("/v1/webhooks", {
      params: { header: once() },
      body: { url: receiver.url, event_types: ["ticket.*"] },
    }),
  );
  receiver.believe(webhook.secret);
  try {
    const ticket = await open(contact);
    const quoted = await quote(staff, ticket);
    await tryTooEarly(staff, ticket);
    await pay(contact, billing, quoted);
    await resolve(staff, ticket);
    await receiver.until((event) => event.type === "ticket.resolved" && event.subject.id === ticket, 30);
    const heard = [...receiver.events.values()].filter((event) => event.subject.id === ticket);
    const types = heard.sort((one, other) => one.position - other.position).map((event) => event.type);
    console.log(`webhook   ${types.length} signed events: ${types.join(", ")}`);
  } finally {
    await admin.DELETE("/v1/webhooks/{webhook}", { params: { path: { webhook: webhook.id } } });
    await receiver.close();
  }
}

await main();
