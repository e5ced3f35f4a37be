/** Launches prepared by an administrator, for trying an app as the EHR would open it (SMART App Launch 2.2 §EHR launch). */
import { z } from 'zod';
import { launchRequest, prepareLaunch } from '../authorization-server/launch/prepare-launch.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';

export function launchRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  return [
    adminRoute({
      id: 'prepareLaunch',
      method: 'POST',
      path: '/launches',
      summary: 'Prepare an EHR launch for one person and one app: usable once, for five minutes',
      right: 'administer',
      body: launchRequest,
      answer: z.object({
        launch: z.string().describe('The handle; shown in this answer only.'),
        iss: z.string(),
        expiresAt: z.number().describe('Milliseconds since the epoch.'),
      }),
      status: 201,
      run: (call) =>
        perform(
          use.auditLog,
          call,
          {
            action: 'launch-prepared',
            reason: `Prepared a launch of ${call.body.client} for ${call.body.user}.`,
            patients: call.body.patient === undefined ? [] : [call.body.patient],
          },
          () => prepareLaunch({ db: use.db, fhirBase: use.fhirBase, now: use.now ?? Date.now }, call.body),
        ),
    }),
  ];
}
