/** AuditEvents as OpenTelemetry log records (OTLP/HTTP, JSON encoding): the event is the body, what one filters by are attributes. */

interface Event {
  readonly id: string;
  readonly recorded: string;
  readonly outcome: string;
  readonly action?: string;
  readonly type: { readonly code: string };
}

export function otlpLogs(events: readonly object[]): object {
  const string = (key: string, value: string | undefined) =>
    value === undefined ? [] : [{ key, value: { stringValue: value } }];
  return {
    resourceLogs: [
      {
        resource: { attributes: string('service.name', 'fireguard') },
        scopeLogs: [
          {
            scope: { name: 'fireguard.audit' },
            logRecords: (events as readonly Event[]).map((event) => ({
              timeUnixNano: `${Date.parse(event.recorded)}000000`,
              severityNumber: event.outcome === '0' ? 9 : 13,
              severityText: event.outcome === '0' ? 'INFO' : 'WARN',
              body: { stringValue: JSON.stringify(event) },
              attributes: [
                ...string('audit.id', event.id),
                ...string('audit.type', event.type.code),
                ...string('audit.action', event.action),
                ...string('audit.outcome', event.outcome),
              ],
            })),
          },
        ],
      },
    ],
  };
}
