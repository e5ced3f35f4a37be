/**
 * The door of the subscriptions: `<base>/_audit/Subscription`, for services with a registration of their own. Each request authenticates, and is recorded. INVARIANT: a subscription is there for the
 * client that made it, and for nobody else; to others it is as absent.
 */
import { randomUUID } from 'node:crypto';
import { type Caller, Problem } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type { SearchableAuditLog } from '../audit-log/open-audit-log.ts';
import { keptCaller } from '../export/kept-caller.ts';
import { headersOf } from '../export/plain-answer.ts';
import { failureAnswer } from '../gateway/answer.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import { type Known, knownAtFirst } from '../gateway/known.ts';
import { recordFailure, recordTold } from '../gateway/record.ts';
import type { Subscriptions } from '../gateway/subscriptions.ts';
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import { clientById } from '../storage/clients.ts';
import type { KeyStore } from '../storage/keys.ts';
import type { Database } from '../storage/schema.ts';
import { deleteSubscription, insertSubscription, subscriptionsOf } from '../storage/subscriptions.ts';
import type { SubscriptionSettings } from './config.ts';
import { checkedCriteria } from './criteria.ts';
import { endpoints } from './endpoint.ts';
import { readSubscription } from './read-subscription.ts';
import { shown } from './shown.ts';
import { maySearch, tellSubscribers } from './tell.ts';

export interface SubscriptionOptions {
  readonly settings: SubscriptionSettings;
  readonly use: Collaborators;
  readonly db: Kysely<Database>;
  readonly keys: KeyStore;
  readonly log: SearchableAuditLog;
  /** Development: loopback and plain HTTP as well. */
  readonly acceptPrivate: boolean;
  /** Milliseconds between two looks at the trail. Default 1,000. */
  readonly pause?: number;
  /** Hears of bugs; never holds a secret. */
  readonly tell: (error: unknown, where: string) => void;
}

export interface RunningSubscriptions extends Subscriptions {
  close(): Promise<void>;
}

const acts: ReadonlyMap<string, string> = new Map([
  ['POST', 'subscription-create'],
  ['DELETE', 'subscription-delete'],
]);
const encoder = new TextEncoder();

export async function openSubscriptions(options: SubscriptionOptions): Promise<RunningSubscriptions> {
  const { settings, use, db, keys, log, acceptPrivate, pause = 1_000, tell } = options;
  const { internalOrigins } = settings;
  const ends = await endpoints({ keys, internalOrigins, acceptPrivate, now: use.now });
  const telling = tellSubscribers({ db, use, log, endpoints: ends, pause, tell });
  const door = `${use.base}/_audit/Subscription`;

  async function create(incoming: Incoming, known: Known, caller: Caller): Promise<HttpResponse> {
    const type = incoming.headers.get('content-type')?.join() ?? '';
    if (!/^application\/(fhir\+)?json\s*(;|$)/i.test(type))
      throw new Problem('media-type-not-supported', 'A Subscription must be sent as application/fhir+json.');
    const asked = readSubscription(await incoming.body());
    checkedCriteria(asked.criteria, use.tables, use.base);
    ends.check(asked.endpoint);
    if (asked.end !== undefined && asked.end.getTime() <= use.now())
      throw new Problem('resource-invalid', 'The end of the Subscription has passed.');
    const [kept, client] = [await keptCaller(caller, db), await clientById(db, caller.client?.id ?? '')];
    if (kept === undefined || client === undefined)
      throw new Problem('forbidden', 'A subscription needs an access token of this server.');
    if (!(await maySearch(caller, asked.criteria, known.requestId, use)))
      throw new Problem('forbidden', 'This client may not search for such audit events.');
    const { criteria, endpoint, content, reason, end } = asked;
    const made = await insertSubscription(
      db,
      {
        ...{ id: randomUUID(), client_id: client.id, client_scope: client.scope, caller: kept },
        ...{ criteria, endpoint, content, reason, ends_at: end ?? null },
      },
      settings.perClient,
    );
    if (made === undefined) throw new Problem('rate-limited', 'This client has too many subscriptions.');
    await recordTold(
      known,
      { status: 201, reason: `Subscribed to ${made.criteria}, told at ${new URL(endpoint).origin}.` },
      use,
    );
    return answer(known, 201, shown(made, ends.secretOf(made.id)), [['Location', `${door}/${made.id}`]]);
  }

  async function answerFor(incoming: Incoming, known: Known, caller: Caller, id: string | undefined): Promise<HttpResponse> {
    if (caller.kind === 'anonymous') throw new Problem('token-missing', 'Authentication is required.');
    if (caller.kind !== 'system' || caller.client === undefined || caller.user !== undefined)
      throw new Problem('forbidden', 'Subscriptions are for services with a registration of their own.');
    const { method } = incoming;
    const reads = method === 'GET' || method === 'HEAD';
    if (id === undefined) {
      if (method === 'POST') return create(incoming, known, caller);
      if (!reads) throw new Problem('method-not-allowed', 'A Subscription is created by POST.');
      const mine = await subscriptionsOf(db, caller.client.id);
      await recordTold(known, { status: 200, reason: 'Looked at its subscriptions.' }, use);
      const entry = mine.map((one) => ({ fullUrl: `${door}/${one.id}`, resource: shown(one), search: { mode: 'match' } }));
      return answer(known, 200, { resourceType: 'Bundle', type: 'searchset', total: mine.length, entry });
    }
    const found = (await subscriptionsOf(db, caller.client.id)).find((one) => one.id === id);
    if (found === undefined) throw new Problem('not-found', 'There is no such resource.');
    if (reads) {
      await recordTold(known, { status: 200, reason: 'Looked at a subscription.' }, use);
      return answer(known, 200, shown(found));
    }
    if (method !== 'DELETE') throw new Problem('method-not-allowed', 'A Subscription can be read and deleted; make another.');
    await recordTold(known, { status: 204, reason: `Ended its subscription to ${found.criteria}.` }, use);
    await deleteSubscription(db, id, caller.client.id);
    return answer(known, 204, undefined);
  }

  function answer(known: Known, status: number, body: object | undefined, more: HttpResponse['headers'] = []): HttpResponse {
    const type: HttpResponse['headers'] = body === undefined ? [] : [['Content-Type', 'application/fhir+json; charset=utf-8']];
    return {
      status,
      headers: headersOf(known, use, [...type, ...more]),
      body: body === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(body)),
    };
  }

  return Object.freeze<RunningSubscriptions>({
    async answer(incoming, { id }) {
      let known: Known = { ...knownAtFirst(incoming, use), act: acts.get(incoming.method) ?? 'subscription-read' };
      try {
        const caller = await use.authenticate(incoming);
        known = { ...known, caller };
        return await answerFor(incoming, known, caller, id);
      } catch (error) {
        return failureAnswer(known, await recordFailure(known, error, use), use);
      }
    },
    close: () => telling.close(),
  });
}
