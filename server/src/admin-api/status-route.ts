/** The state of the server, for the two offices and for scripts. It says whether parts work, never where they are. */
import { z } from 'zod';
import { waitingForOffice } from '../storage/waiting.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { rightsOf } from './admin-caller.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';

export function statusRoute(use: AdminApiDependencies): AdminRoute {
  return adminRoute({
    id: 'status',
    method: 'GET',
    path: '/status',
    summary: 'Who asks, and how the server is',
    right: 'look',
    answer: z.object({
      caller: z.object({ name: z.string(), roles: z.array(z.string()), rights: z.array(z.string()) }),
      node: z.string(),
      storage: z.enum(['working', 'not working']),
      audit: z.enum(['working', 'not working']),
      clock: z.object({
        state: z
          .enum(['right', 'wrong', 'unknown', 'unwatched'])
          .describe('Beside a time server (audit.clock.server), within audit.clock.toleranceSeconds; `unwatched` without one.'),
        offsetMilliseconds: z.int().nullable().describe('By which the time server was ahead when it was last heard.'),
      }),
      startedAt: z.iso.datetime(),
      waiting: z
        .object({ review: z.int(), alerts: z.int(), questions: z.int() })
        .optional()
        .describe('What waits for the privacy office, told to it alone.'),
    }),
    status: 200,
    run: async (call) => ({
      ...(rightsOf(call.caller).includes('audit') && use.cluster.trusted() ? { waiting: await waitingForOffice(use.db) } : {}),
      caller: { name: call.caller.name, roles: [...call.caller.roles], rights: [...rightsOf(call.caller)] },
      node: use.cluster.node,
      storage: use.cluster.trusted() ? 'working' : 'not working',
      audit: use.auditLog.healthy() ? 'working' : 'not working',
      clock: { state: use.clock().state, offsetMilliseconds: use.clock().offset ?? null },
      startedAt: new Date(use.startedAt).toISOString(),
    }),
  });
}
