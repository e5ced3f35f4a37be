/** The audit log, for what happens at a further FHIR base: its records say which, and an id means nobody of the first base. */
import type { AuditLog } from './audit-log.ts';

export function recordsOfBase(log: AuditLog, base: string): AuditLog {
  return {
    append: (draft) =>
      log.append({
        ...draft,
        base,
        patients: draft.patients.map((id) => `${base}/Patient/${id}`),
        resources: draft.resources.map((key) => `${base}/${key}`),
        ...(draft.labels === undefined
          ? {}
          : { labels: Object.fromEntries(Object.entries(draft.labels).map(([key, labels]) => [`${base}/${key}`, labels])) }),
      }),
    searchable: () => log.searchable(),
    healthy: () => log.healthy(),
    close: () => log.close(),
  };
}
