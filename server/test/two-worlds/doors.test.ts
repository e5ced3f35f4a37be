/**
 * Topologies 1 and 3 on generated scenes: the gateway, the library and the door that takes the response agree to the byte, and leave the same behind; what any
 * other door lets pass, the gateway would have answered or done as well, and no more of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Storage } from '../../src/storage/storage.ts';
import { testStorage } from '../../src/storage/testing.ts';
import { Doors } from './doors.ts';
import { type Answered, Gateway } from './gateway.ts';
import { makeScene } from './make-scene.ts';
import { type Asked, type Scene, upstreamBase } from './scenario.ts';
import { servedFeatures } from './served.ts';
import { ThroughHttp } from './through-http.ts';
import { Upstream } from './upstream.ts';

const SCENES = Number(process.env['FIREGUARD_DOOR_SCENES'] ?? 12);
const FIRST = Number(process.env['FIREGUARD_DOOR_SEED'] ?? 41);
const SAMPLE = 4;
let storage: Storage;
beforeAll(async () => {
  storage = await testStorage();
}, 60_000);
afterAll(() => storage?.close());

interface Counts {
  requests: number;
  answered: number;
  compared: number;
  forwarded: number;
  decided: number;
}

test(
  'R-004 R-009 gateway, library and the door that takes the response agree to the byte; the other doors never permit more',
  async () => {
    const served = await servedFeatures();
    const counts: Counts = { requests: 0, answered: 0, compared: 0, forwarded: 0, decided: 0 };
    for (let seed = FIRST; seed < FIRST + SCENES; seed++) {
      const { caller, ...made } = makeScene({ seed, requests: 20, served });
      // The kit's tokens are of people who broke no glass.
      const { override: _glass, overrideEnded: _ended, ...whole } = caller;
      const purposes = caller.purposes.filter((one) => one !== 'BTG');
      const unbroken = { ...whole, purposes, ...(seed % 3 === 0 ? { ceiling: 'N' as const } : {}) };
      const found = await differences({ ...made, caller: unbroken }, counts);
      expect(found, `seed ${seed}`).toEqual([]);
    }
    // Nothing of this may pass by being refused.
    expect(counts.answered, JSON.stringify(counts)).toBeGreaterThan(counts.requests * 0.3);
    for (const passed of [counts.forwarded, counts.decided]) expect(passed, JSON.stringify(counts)).toBeGreaterThan(SCENES / 2);
    if (SCENES > 10) console.log(JSON.stringify(counts));
  },
  120_000 + SCENES * 20_000,
);

async function differences(scene: Scene, counts: Counts): Promise<readonly string[]> {
  const found: string[] = [];
  const worlds = await Promise.all([0, 1].map(async () => loaded(scene)));
  const [ofLibrary, ofGateway] = worlds as [Upstream, Upstream];
  const library = new Gateway(ofLibrary, scene);
  const gateway = await ThroughHttp.start(ofGateway, scene);
  const door = await Doors.open(scene, storage);
  const others = await Doors.open(scene, storage);
  const upstreams = [ofLibrary, ofGateway, door.upstream, others.upstream];
  for (const [at, asked] of scene.requests.entries()) {
    if (/\$export/.test(asked.target)) continue;
    counts.requests++;
    for (const upstream of upstreams) upstream.at(at);
    const note = (what: string) => found.push(`${asked.method} ${asked.target} ${JSON.stringify(asked.body ?? '')}: ${what}`);
    const [passes, decided] = [await others.forward(asked), await others.evaluation(asked)];
    if (asked.method === 'GET' && (passes || decided === true)) await checkShown(asked, others, note);
    const direct = await gateway.ask(asked);
    const through = await door.fhir(asked);
    if (direct.status < 300) counts.answered++;
    if (through.status !== direct.status || steady(through.text) !== steady(direct.text)) note(apart('door', through, direct));
    for (const [name, value] of Object.entries(direct.headers))
      if (steady(through.headers[name] ?? '') !== steady(value))
        note(`header ${name}: ${through.headers[name]} at the door, ${value}`);
    // What is offered beside FHIR (exports, sign-in) is the host's, and so is who must sign in first.
    if (scene.caller.kind !== 'anonymous' && !asked.target.startsWith('/metadata')) {
      const own = await library.ask(asked);
      counts.compared++;
      const same =
        own.problem === undefined ? steady(own.text) === steady(direct.text) : direct.text.includes(escaped(own.text));
      if (own.status !== direct.status || !same) note(apart('library', own, direct));
    }
    if (passes) counts.forwarded++;
    if (decided === true) counts.decided++;
    if (asked.method !== 'GET') {
      if ((passes || decided === true) && direct.status >= 300)
        note(`a door permits what the gateway answers with ${direct.status}`);
      await follow(asked, passes, others);
    }
    const states = upstreams.map((upstream) => JSON.stringify([...upstream.current()].sort()));
    for (const [index, state] of states.entries()) if (state !== states[1]) note(`another state at ${index} (door ${passes})`);
    if (found.length > 3) break;
  }
  await Promise.all([gateway.close(), door.close(), others.close()]);
  return found;
}

/** What the server would show by itself is what the gateway shows of each. */
async function checkShown(asked: Asked, { upstream, gateway }: Doors, note: (what: string) => void): Promise<void> {
  const [path = ''] = asked.target.split('?');
  const isInstance = path.split('/').length > 2;
  const { text } = await upstream.plain({ method: 'GET', path: (isInstance ? path : asked.target).slice(1) });
  if (isInstance) {
    const answer = await gateway.ask({ method: 'GET', target: path, tries: [] });
    if (answer.status !== 200 || answer.text !== text) note(`a door permits more: ${answer.status}`);
    return;
  }
  const entries = (JSON.parse(text).entry ?? []) as { resource: { resourceType: string; id: string } }[];
  for (const { resource } of entries.slice(0, SAMPLE)) {
    const place = `${resource.resourceType}/${resource.id}`;
    const whole = await upstream.plain({ method: 'GET', path: place });
    const answer = await gateway.ask({ method: 'GET', target: `/${place}`, tries: [] });
    if (answer.text !== whole.text) note(`a door permits a search that shows ${place}`);
  }
}

/** What was passed on is done by the server itself, in the client's words; anything else as the gateway does it. */
async function follow(asked: Asked, passes: boolean, { upstream, gateway }: Doors): Promise<void> {
  if (!passes) return void (await gateway.ask(asked));
  const body =
    asked.body === undefined
      ? undefined
      : new TextEncoder().encode(typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body));
  const media = asked.method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
  await upstream.plain({
    method: asked.method,
    path: asked.target.slice(1),
    headers: { 'content-type': media, ...asked.headers },
    body,
  });
}

async function loaded(scene: Scene): Promise<Upstream> {
  const upstream = new Upstream(upstreamBase, scene.habits);
  await upstream.load(scene.a);
  return upstream;
}

/** Cursors are encrypted anew each time. */
function steady(text: string): string {
  return text.replaceAll(/_cursor=[^"&]*/g, '_cursor=…');
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function apart(who: string, one: Pick<Answered, 'status' | 'text'>, other: Pick<Answered, 'status' | 'text'>): string {
  return `${who} ${one.status} ${one.text.slice(0, 300)} — gateway ${other.status} ${other.text.slice(0, 300)}`;
}
