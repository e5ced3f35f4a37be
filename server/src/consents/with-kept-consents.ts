/**
 * An upstream among whose Consents are those that Fireguard keeps: to the engine they are resources of its upstream like any other, so that who may read and write them, what
 * is masked and how pages are counted is decided as for everything else. Where consents are kept here alone, no Consent of the upstream passes.
 */
import { type FhirTables, Problem, type UpstreamAnswer, UpstreamRequest } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { keptIds } from '../storage/consents.ts';
import type { Database } from '../storage/schema.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { outcome } from './answers.ts';
import type { ConsentsSettings } from './config.ts';
import { historyKept } from './history-kept.ts';
import { listedConsent } from './listed-consent.ts';
import { readKept } from './read-kept.ts';
import { searchKept } from './search-kept.ts';
import { createKept, deleteKept, updateKept } from './write-kept.ts';

export interface KeptConsentsGiven {
  readonly db: Kysely<Database>;
  readonly tables: FhirTables;
  /** Our FHIR base, absolute, no slash at the end. */
  readonly base: string;
  readonly upstreamBase: string;
  /** The upstream has Consents too. */
  readonly alsoUpstream: boolean;
  readonly created: 'upstream' | 'fireguard';
  /** A further page of the upstream, by its own link. */
  readonly look: Upstream['look'];
}

type Asked = Parameters<Upstream['send']>[0];
type Options = Pick<KeptConsentsGiven, 'db' | 'tables' | 'base'>;

export function withKeptConsents(upstream: Upstream, { from, created }: ConsentsSettings, options: Options): Upstream {
  if (!from.includes('fireguard')) return upstream;
  const alsoUpstream = from.includes('upstream');
  const given: KeptConsentsGiven = {
    ...options,
    upstreamBase: upstream.base,
    alsoUpstream,
    created: created ?? (alsoUpstream ? 'upstream' : 'fireguard'),
    look: upstream.look,
  };
  return Object.freeze<Upstream>({
    ...upstream,
    send(request) {
      // INVARIANT: as for the real one, only what was planned is answered.
      if (!UpstreamRequest.isUpstreamRequest(request)) throw new Error('not planned');
      const passOn = () => upstream.send(request);
      const path = request.path.startsWith('/') ? request.path.slice(1) : request.path;
      const place = /^(?:Patient\/([A-Za-z0-9.-]{1,64})\/)?Consent(?=$|[/?])(.*)$/s.exec(path);
      if (place !== null) return serve(request, path, place[1], place[2]!, given, passOn);
      if (/^_history(?=$|\?)/.test(path)) return historyKept(path, given, true, passOn);
      if (request.about.some((key) => key.split('/', 1)[0] === 'Consent')) return unlessKept(request.about, given, passOn);
      return /^metadata($|\?)/.test(path) ? passOn().then((answered) => listedConsent(answered, alsoUpstream)) : passOn();
    },
  });
}

async function serve(
  request: Asked,
  path: string,
  patient: string | undefined,
  rest: string,
  given: KeptConsentsGiven,
  passOn: () => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const { method } = request;
  const body = request.body ?? new Uint8Array(0);
  if (method === 'GET' && (rest === '' || rest.startsWith('?'))) return searchKept(patient, rest.slice(1), given, passOn);
  if (method === 'POST' && rest.startsWith('/_search'))
    return searchKept(patient, new TextDecoder().decode(body), given, passOn);
  if (method === 'GET' && /^\/_history(?=$|\?)/.test(rest)) return historyKept(path, given, given.alsoUpstream, passOn);
  if (method === 'POST' && rest === '') return given.created === 'fireguard' ? createKept(body, given) : passOn();
  const [, id, versions, version] =
    /^\/([A-Za-z0-9.-]{1,64})(?:(\/_history)(?:\/([A-Za-z0-9.-]{1,64}))?(?:\?.*)?)?$/.exec(rest) ?? [];
  if (id === undefined) return outcome(404, 'not-found');
  if (method === 'GET') {
    const kept = await readKept(id, versions === undefined ? undefined : (version ?? 'history'), given);
    return kept ?? (given.alsoUpstream ? passOn() : outcome(404, 'not-found'));
  }
  const isNew = request.headers.get('if-match') === undefined;
  const isKept = (await keptIds(given.db, [id])).has(id) || (isNew ? given.created === 'fireguard' : !given.alsoUpstream);
  if (!isKept) return passOn();
  const expected = /^W\/"([^"]*)"$/.exec(request.headers.get('if-match') ?? '')?.[1];
  return method === 'DELETE' ? deleteKept(id, expected, given) : updateKept(id, expected, body, given);
}

/** A transaction is one write of the FHIR server behind, which must not be given what is kept here. */
async function unlessKept(
  about: readonly string[],
  given: KeptConsentsGiven,
  passOn: () => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const ids = about.filter((key) => key.startsWith('Consent/')).map((key) => key.slice('Consent/'.length));
  if (given.created === 'fireguard' || (await keptIds(given.db, ids)).size > 0)
    throw new Problem(
      'interaction-not-supported',
      'Consents that are kept here are not written in transactions: send a batch.',
    );
  return passOn();
}
