/** What came, checked against the route's schemas: unknown keys are refused, and the refusal names the place. Query and body are read strictly, once. */
import { Problem, scan } from '@fireguard/engine';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { AdminRoute } from './admin-route.ts';

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export function checkInput(route: AdminRoute, request: FastifyRequest): Input {
  return {
    params: check(route.params, request.params, 'The address'),
    query: check(route.query, queryOf(request.raw.url ?? ''), 'The query'),
    body: check(route.body, bodyOf(request), 'The body'),
  };
}

function check(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) {
    if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
      return undefined;
    throw new Problem('parameter-unknown', `${where} holds something, and nothing is expected there.`);
  }
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new Problem(
    'parameter-invalid',
    `${where} is not right${path.length === 0 ? '' : ` at ${path.join('.')}`}: ${message}`,
  );
}

/** Each name once: of two values one would be dropped silently, and that could widen the answer. */
function queryOf(target: string): Record<string, string> | undefined {
  const at = target.indexOf('?');
  if (at < 0) return undefined;
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(target.slice(at + 1))) {
    if (name in found) throw new Problem('parameter-invalid', `The query names ${name.slice(0, 40)} twice.`);
    found[name] = value;
  }
  return { ...found };
}

function bodyOf(request: FastifyRequest): unknown {
  const body = request.body as Buffer | undefined;
  if (body === undefined || body === null || body.length === 0) return undefined;
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new Problem('media-type-not-supported', 'The body must be application/json.');
  }
  // The strict scanner first: it refuses repeated and escaped names, over which two parsers could disagree.
  scan(body);
  return JSON.parse(body.toString('utf8'));
}
