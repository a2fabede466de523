/** The desk as one caller sees it; `openapi.d.ts` is made from the OpenAPI document by `npm run client`. */

import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./openapi.js";

export type Desk = Client<paths>;
export type DeskEvent = components["schemas"]["Event"];
export type Problem = components["schemas"]["Problem"];

export function deskOf(url: string, token: string): Desk {
  return createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
}

/** The desk said no: `problem` tells why, in words, and which clause of the policy decided. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.title}: ${problem.detail} (${problem.code})`);
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
}

/** What was asked for, or Refused. */
export async function answered<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error } = await asked;
  if (data === undefined) throw new Refused(error as Problem);
  return data;
}

/** Headers of a request that may be sent again without being carried out twice. */
export function once(): { "Idempotency-Key": string } {
  return { "Idempotency-Key": randomUUID() };
}
