/** The shortest way through: a webhook is subscribed, a ticket opened, and the signed event about it received. */

import { answered, deskOf, once, type Desk } from "./desk.js";
import { Receiver } from "./receiver.js";

const caller = (name: string): Desk => {
  const token = process.env[name];
  if (!token) throw new Error(`Set ${name}: \`clausedesk token\` prints one.`);
  return deskOf(process.env["DESK_URL"] ?? "http://127.0.0.1:8080", token);
};
const [contact, admin] = [caller("CONTACT_TOKEN"), caller("ADMIN_TOKEN")];

const receiver = await Receiver.open();
const webhook = await answered(
  admin.POST("/v1/webhooks", {
    params: { header: once() },
    // The policy merges what tells of the same problem: whoever runs this twice hears that the first ticket was joined.
    body: { url: receiver.url, event_types: ["ticket.opened", "ticket.joined"] },
  }),
);
receiver.believe(webhook.secret);

try {
  const ticket = await answered(
    contact.POST("/v1/tickets", {
      params: { header: once() },
      body: {
        subject: "FTP will not take my password",
        body: "Since I changed it in the panel the server answers 530 Login incorrect.",
        facts: {
          topic: "access.ftp_ssh",
          first_name: "Thandi",
          last_name: "Mokoena",
          account_username: "acmeco",
          error_message: "530 Login incorrect",
        },
      },
    }),
  );
  console.log(`ticket   ${ticket.reference}: ${ticket.outcome}, ${ticket.coverage}`);
  for (const clock of ticket.clocks) console.log(`clock    ${clock.metric} by ${clock.due_at}`);
  const why = ticket.decision?.citations.find((citation) => citation.stage === "coverage");
  console.log(`because  ${why?.clause} ${why?.sentence}`);
  const event = await receiver.until(({ subject }) => subject.id === ticket.id, 30);
  console.log(`webhook  ${event.type}, signed, position ${event.position}`);
} finally {
  await admin.DELETE("/v1/webhooks/{webhook}", { params: { path: { webhook: webhook.id } } });
  await receiver.close();
}
