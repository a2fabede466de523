/** A place that webhooks come to: each event is believed for its signature and taken once. */

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { DeskEvent } from "./desk.js";

export class Receiver {
  /** Events by id: one that is delivered again is no other one. */
  readonly events = new Map<string, DeskEvent>();
  #secret: string | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#take(request).then(
        (status) => response.writeHead(status).end(),
        () => response.writeHead(400).end(),
      );
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/clausedesk`;
  }

  /** The secret that the desk shows once, when the webhook is made. */
  believe(secret: string): void {
    this.#secret = secret;
  }

  /** Resolves when such an event has come. */
  async until(isWanted: (event: DeskEvent) => boolean, seconds: number): Promise<DeskEvent> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      for (const event of this.events.values()) if (isWanted(event)) return event;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The event did not come within ${seconds} seconds.`);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage): Promise<number> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    if (this.#secret === undefined) return 503;
    try {
      const event = new Webhook(this.#secret).verify(body, signed(request)) as DeskEvent;
      this.events.set(event.id, event);
      return 204;
    } catch {
      return 401;
    }
  }
}

function signed(request: IncomingMessage): Record<string, string> {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  return Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? "")]));
}
