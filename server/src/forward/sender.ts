/** A way out for events. `send` resolves when the other side has them all; it throws Error with one line otherwise, and all of them come again. */
import { appendFile } from 'node:fs/promises';
import { request } from 'undici';
import { postWebhook } from '../notify/post-webhook.ts';
import type { ForwardTarget } from './config.ts';
import { otlpLogs } from './otlp-logs.ts';
import { syslogSender } from './send-syslog.ts';

export interface Sender {
  /** R4 AuditEvents, in order. `id` names the batch, the same for each try. */
  send(events: readonly object[], id: string): Promise<void>;
  close(): void;
}

export function senderTo(target: ForwardTarget, now: () => number): Sender {
  const close = () => undefined;
  switch (target.kind) {
    case 'syslog-tls':
      return syslogSender(target);
    case 'webhook':
      return { send: (events, id) => postWebhook(target, id, JSON.stringify({ id, events }), now()), close };
    case 'file':
      return {
        send: (events) =>
          appendFile(target.path, events.map((event) => `${JSON.stringify(event)}\n`).join(''), { mode: 0o600, flush: true }),
        close,
      };
    case 'otlp':
      return {
        send: (events) =>
          post(`${target.url.replace(/\/$/, '')}/v1/logs`, otlpLogs(events), target.headers).then(() => undefined),
        close,
      };
    case 'fhir':
      return {
        async send(events) {
          const entry = events.map((resource) => ({ resource, request: { method: 'POST', url: 'AuditEvent' } }));
          const answered = await post(
            target.url,
            { resourceType: 'Bundle', type: 'batch', entry },
            {
              accept: 'application/fhir+json',
              ...(target.bearer === undefined ? {} : { authorization: `Bearer ${target.bearer}` }),
            },
            'application/fhir+json',
          );
          const taken = ((answered as { entry?: { response?: { status?: string } }[] } | undefined)?.entry ?? []).filter(
            ({ response }) => response?.status?.startsWith('2') === true,
          );
          if (taken.length < events.length) throw new Error(`it took ${taken.length} of ${events.length} events`);
        },
        close,
      };
  }
}

async function post(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>>,
  type = 'application/json',
): Promise<unknown> {
  const { statusCode, body: answer } = await request(url, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: JSON.stringify(body),
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
  });
  const text = await answer.text();
  if (statusCode < 200 || statusCode > 299) throw new Error(`it answered ${statusCode}`);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
