// The public API, as any client area would call it.

let bearer = "";

/** An Idempotency-Key; `crypto.randomUUID` is there on secure origins only. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What went wrong, as the API told it: `problem` is its application/problem+json. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

export function speakAs(token) {
  bearer = token;
}

/** `{data, etag}`; null where what `etag` names has not changed. */
export async function call(method, path, body, {etag, unless, key, token = bearer, language} = {}) {
  const headers = {Accept: "application/json"};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (method === "POST" && token) headers["Idempotency-Key"] = key || newKey();
  if (etag) headers["If-Match"] = etag;
  if (unless) headers["If-None-Match"] = unless;
  if (language) headers["Accept-Language"] = language;
  const answer = await fetch(path, {method, headers, body: body === undefined ? undefined : JSON.stringify(body)});
  if (answer.status === 304) return null;
  const data = await answer.json();
  if (!answer.ok) throw new Refused(data);
  return {data, etag: answer.headers.get("ETag")};
}

export const get = async (path, options) => (await call("GET", path, undefined, options)).data;
export const post = async (path, body = {}, options) => (await call("POST", path, body, options)).data;

const tokens = new Map();

/** In a real client area this is the login; here anybody may be anybody. */
export async function tokenOf(provider, person) {
  const name = `${provider}/${person}`;
  if (!tokens.has(name)) tokens.set(name, (await post("/demo/tokens", {provider, person}, {token: ""})).access_token);
  return tokens.get(name);
}
