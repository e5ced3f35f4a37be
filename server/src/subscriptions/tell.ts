/**
 * Tells the subscribers of this node's chain. INVARIANT: for every try anew, the subscriber is who it is now, or nobody; what it is told is what its own search returns at that moment, and the
 * record of that is durable before it leaves (I4). Nobody is told of what was told: two subscribers would tell each other for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Caller, enforce, type Outcome, Released } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type { SearchableAuditLog } from '../audit-log/open-audit-log.ts';
import { callerNow, type KeptCaller } from '../export/kept-caller.ts';
import { runFlow } from '../export/run-flow.ts';
import { follow } from '../forward/follow.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import { given } from '../gateway/given.ts';
import type { Known } from '../gateway/known.ts';
import { recordOutcome } from '../gateway/record.ts';
import type { AuditRecordRow } from '../storage/audit-records.ts';
import { clientById } from '../storage/clients.ts';
import type { Database } from '../storage/schema.ts';
import {
  forgetPlaces,
  liveSubscriptions,
  numberEvents,
  type StoredSubscription,
  setSubscriptionState,
  subscriptionById,
  subscriptionTarget,
} from '../storage/subscriptions.ts';
import { askedFor, matcher } from './criteria.ts';
import type { Endpoints } from './endpoint.ts';
import { notification } from './notification.ts';

export interface TellOptions {
  readonly db: Kysely<Database>;
  readonly use: Collaborators;
  readonly log: Pick<SearchableAuditLog, 'chain' | 'eventsOf'>;
  readonly endpoints: Endpoints;
  /** Milliseconds between two looks. */
  readonly pause: number;
  /** Hears of bugs; never holds a secret. */
  readonly tell: (error: unknown, where: string) => void;
}

export const TOLD = 'subscription-notification';
/** Events of one notification at most. */
const most = 50;

export function tellSubscribers(options: TellOptions): { close(): Promise<void> } {
  const { db, pause } = options;
  const over = new AbortController();
  const running = new Map<string, Promise<void>>();

  async function look(): Promise<void> {
    while (!over.signal.aborted) {
      const live = await liveSubscriptions(db).catch(() => []);
      for (const id of live)
        if (!running.has(id))
          running.set(
            id,
            tellOne(id, options, over.signal)
              .catch((error: unknown) => options.tell(error, 'subscriptions'))
              .finally(() => running.delete(id)),
          );
      await sleep(pause, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    }
  }
  const looking = look();
  return {
    async close() {
      over.abort();
      await looking;
      await Promise.all(running.values());
    },
  };
}

async function tellOne(id: string, options: TellOptions, closing: AbortSignal): Promise<void> {
  const { db, log, pause } = options;
  const ended = new AbortController();
  const memory: Memory = { batch: '', sent: new Map(), greeting: true };
  // How it fared last; after a start nobody knows.
  let error: string | undefined = 'not yet';
  await follow({
    ...{ db, chain: log.chain, target: subscriptionTarget(id), fromBeginning: true, pause },
    signal: AbortSignal.any([closing, ended.signal]),
    async take(rows, batch) {
      const subscription = await subscriptionById(db, id);
      if (subscription === undefined || subscription.state === 'off') return ended.abort();
      memory.greeting = subscription.state === 'requested';
      const end = await tellRows(subscription, rows, batch, memory, options);
      if (end === undefined) return;
      await setSubscriptionState(db, id, 'off', end);
      ended.abort();
    },
    async fared(failure) {
      const now = failure?.message.split('\n', 1)[0]?.slice(0, 200);
      if (ended.signal.aborted || now === error) return;
      const told =
        now === undefined ? undefined : now.startsWith('the endpoint ') ? now : 'Fireguard cannot tell at the moment.';
      // INVARIANT: whoever has not taken the handshake is told nothing.
      await setSubscriptionState(db, id, now === undefined ? 'active' : memory.greeting ? 'requested' : 'error', told);
      error = now;
    },
  });
  if (ended.signal.aborted) await forgetPlaces(db, id).catch(() => undefined);
}

/** What of the batch in work was recorded, and under which numbers: for when it must be told again. */
interface Memory {
  batch: string;
  sent: Map<string, { readonly recorded: string; readonly number: number }>;
  /** The handshake was not taken yet. */
  greeting: boolean;
}

/** Why it ends, if it does. */
async function tellRows(
  subscription: StoredSubscription,
  rows: readonly AuditRecordRow[],
  batch: string,
  memory: Memory,
  options: TellOptions,
): Promise<string | undefined> {
  const { use, log, endpoints } = options;
  const { id, criteria, endpoint } = subscription;
  const caller = await subscriber(subscription, options);
  if (typeof caller === 'string') return caller;
  const post = (body: string, name: string) => endpoints.post(endpoint, id, name, body);
  if (subscription.state === 'requested') {
    const number = Number(subscription.told);
    const greeting = { subscription, kind: 'handshake', events: [], number, base: use.base, now: use.now() } as const;
    await post(notification(greeting), `${id}/handshake`);
    memory.greeting = false;
  }
  const matches = matcher(criteria, use.tables, use.base);
  const found = rows
    .filter(({ action }) => action !== TOLD)
    .flatMap((row) => log.eventsOf(row, use.tables.version) as readonly { readonly id: string }[])
    .filter(matches);
  if (memory.batch !== batch) [memory.batch, memory.sent] = [batch, new Map()];
  for (let from = 0; from < found.length; from += most) {
    const name = `${id}/${batch}/${from}`;
    const now = await subscriber(subscription, options);
    if (typeof now === 'string') return now;
    const ids = found.slice(from, from + most).map((event) => event.id);
    const { known, outcome } = await searched(now, criteria, ids, name, use);
    if (!Released.isReleased(outcome)) {
      await recordOutcome(known, outcome, use);
      return 'Policy does not let this client read such events.';
    }
    const events = released(outcome, ids);
    if (events.length === 0) continue;
    const what = events.map((event) => event.id).join();
    let sent = memory.sent.get(name);
    if (sent?.recorded !== what) {
      await recordOutcome(known, outcome, use);
      const number = await numberEvents(options.db, id, events.length);
      if (number === undefined) return 'It was deleted.';
      sent = { recorded: what, number };
      memory.sent.set(name, sent);
    }
    const told = {
      subscription,
      kind: 'event-notification',
      events,
      number: sent.number,
      base: use.base,
      now: use.now(),
    } as const;
    await post(notification(told), name);
  }
  return undefined;
}

/** As whom it is decided now; a text says why as nobody. */
async function subscriber(subscription: StoredSubscription, { db, use }: TellOptions): Promise<Caller | string> {
  const { caller, ends_at, client_id, client_scope } = subscription;
  const now = use.now();
  if (ends_at !== null && ends_at.getTime() <= now) return 'It has come to its end.';
  const client = await clientById(db, client_id);
  if (client === undefined || client.disabled) return 'The client was disabled.';
  if (client.scope !== client_scope) return 'What the client is registered for has changed.';
  return (
    (await callerNow(caller as KeptCaller, { db, identities: true }, now)) ?? 'The token that it was begun with was revoked.'
  );
}

/** The subscriber's own search, decided as any. */
async function searched(
  caller: Caller,
  criteria: string,
  ids: readonly string[],
  requestId: string,
  use: Collaborators,
): Promise<{ readonly known: Known; readonly outcome: Outcome }> {
  const asked = askedFor(criteria, ids, use.tables);
  const now = use.now();
  const { method, target } = asked.original;
  const known: Known = {
    ...{ requestId, method, target, address: caller.address, wantsXml: false, presented: 'nothing', act: TOLD },
    ...{ began: performance.now(), now, caller, asked },
  };
  const flow = enforce({ ...given(caller, asked, now, use), together: use.limits.together });
  return { known, outcome: await runFlow(flow, use) };
}

/** In the order of the chain. */
function released(outcome: Released, ids: readonly string[]): readonly { readonly id: string }[] {
  const bundle = JSON.parse(new TextDecoder().decode(outcome.body)) as {
    readonly entry?: readonly { readonly resource?: { readonly resourceType: string; readonly id: string } }[];
  };
  return (bundle.entry ?? [])
    .flatMap(({ resource }) => (resource?.resourceType === 'AuditEvent' ? [resource] : []))
    .sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
}

/** Whether policy lets this caller search for such events at all; throws Problem where the search is not understood. */
export async function maySearch(caller: Caller, criteria: string, requestId: string, use: Collaborators): Promise<boolean> {
  const { outcome } = await searched(caller, criteria, ['00000000-0000-4000-8000-000000000000'], requestId, use);
  return Released.isReleased(outcome);
}
