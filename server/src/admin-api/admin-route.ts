/** One route of the admin API as a value: what it takes, what it gives, who may, and what it does. The OpenAPI document is made of the same table. */
import type { z } from 'zod';
import type { AdminCaller, AdminRight } from './admin-caller.ts';

export interface AdminCall<Params, Query, Body> {
  readonly caller: AdminCaller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Remote address; empty on the Unix socket. */
  readonly address: string;
  readonly requestId: string;
  /** Method and target as they came, for the audit. */
  readonly asked: string;
}

export interface AdminRoute<Params = unknown, Query = unknown, Body = unknown> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/admin`; parameters as `{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly right: AdminRight;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly answer: z.ZodType;
  /** Status of success. */
  readonly status: 200 | 201;
  run(call: AdminCall<Params, Query, Body>): Promise<unknown>;
}

/** Keeps each route's own types while the table forgets them; the values are checked by the schemas before `run` sees them. */
export function adminRoute<Params = undefined, Query = undefined, Body = undefined>(
  route: AdminRoute<Params, Query, Body>,
): AdminRoute {
  return Object.freeze(route) as unknown as AdminRoute;
}
