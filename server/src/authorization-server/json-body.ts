/** A JSON body as an endpoint of ours takes it. PostgreSQL cannot keep U+0000, and no member of ours has it: such a body is none. */
export function jsonBody(body: unknown): unknown {
  if (typeof body !== 'string' || /\\u0000|\0/i.test(body)) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
