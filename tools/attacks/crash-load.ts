/** The load of the crash test: reads, searches, writes, and exports from their kick-off to a file. Each request has an id of its own; from the first byte of its answer on, its record must be there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Random } from '../../server/test/two-worlds/random.ts';

export interface CrashLoad {
  /** Requests that were sent. */
  readonly sent: () => number;
  /** Ids that were answered since this was asked last, with the status. */
  take(): ReadonlyMap<string, number>;
  /** Files of exports that came whole. */
  readonly files: () => number;
  /** Asks until what it returns is called, which resolves when the last answer is there. */
  begin(token: string): () => Promise<void>;
}

const observation = JSON.stringify({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: 'Patient/mine' },
});

export function crashLoad(fhir: string, random: Random): CrashLoad {
  let [number, files] = [0, 0];
  let answered = new Map<string, number>();

  async function ask(agent: Agent, token: string, method: 'GET' | 'POST', url: string, body?: string, more: object = {}) {
    number += 1;
    const id = `crash-${number}`;
    const answer = await request(url, {
      ...{ dispatcher: agent, method, headersTimeout: 20_000, bodyTimeout: 20_000 },
      headers: { authorization: `Bearer ${token}`, 'x-request-id': id, 'content-type': 'application/fhir+json', ...more },
      ...(body === undefined ? {} : { body }),
    });
    answered.set(id, answer.statusCode);
    const text = await answer.body.text();
    if (answer.statusCode === 503) await sleep(20);
    return { status: answer.statusCode, place: answer.headers['content-location'], text };
  }

  async function exported(agent: Agent, token: string): Promise<void> {
    const begun = { prefer: 'respond-async', accept: 'application/fhir+json' };
    const { place } = await ask(agent, token, 'GET', `${fhir}/$export?_type=Patient`, undefined, begun);
    for (let tries = 0; typeof place === 'string' && tries < 20; tries += 1) {
      const { status, text } = await ask(agent, token, 'GET', place);
      if (status === 200) {
        const url = (JSON.parse(text) as { output: { url: string }[] }).output[0]?.url;
        if (url !== undefined && (await ask(agent, token, 'GET', url)).status === 200) files += 1;
        return;
      }
      if (status !== 202) return;
      await sleep(50);
    }
  }

  async function once(agent: Agent, token: string): Promise<void> {
    const what = random.weighted([
      [6, 'read'],
      [3, 'search'],
      [3, 'write'],
      [0.2, 'export'],
    ] as const);
    try {
      if (what === 'read') await ask(agent, token, 'GET', `${fhir}/Patient/mine`);
      else if (what === 'search') await ask(agent, token, 'GET', `${fhir}/Observation?patient=mine&_count=2`);
      else if (what === 'write') await ask(agent, token, 'POST', `${fhir}/Observation`, observation);
      else await exported(agent, token);
    } catch {
      // Cut off: whether it was recorded is nobody's promise, unless its answer had begun.
      await sleep(20);
    }
  }

  return {
    sent: () => number,
    files: () => files,
    take() {
      const taken = answered;
      answered = new Map();
      return taken;
    },
    begin(token) {
      const agent = new Agent({ connections: 48 });
      let over = false;
      const running = Promise.all(
        Array.from({ length: 24 }, async () => {
          while (!over) await once(agent, token);
        }),
      );
      return async () => {
        over = true;
        await running;
        await agent.destroy();
      };
    },
  };
}
