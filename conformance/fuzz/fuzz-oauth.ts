/** Fires `requests` shots at the running server, several at once, and judges each answer; what was wrong is returned, with the shot that did it. */
import type { Answer } from '../mutants/mutant.ts';
import { Site } from '../smart/site.ts';
import type { Subject } from '../smart/subject.ts';
import { random } from './random.ts';
import { type Shot, shot } from './requests.ts';
import { type Secrets, verdict } from './verdict.ts';

export interface Complaint {
  readonly what: string;
  readonly shot: Shot;
}

export interface Outcome {
  readonly complaints: readonly Complaint[];
  /** How many answers had which status. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly tokens: number;
}

export async function fuzzOauth(subject: Subject, requests: number, seed: number): Promise<Outcome> {
  const site = new Site(subject);
  const dice = random(seed);
  const apps = ['public', 'symmetric', 'asymmetric'] as const;
  const granted = await Promise.all(apps.map((kind) => site.granted(kind)));
  const bystander = await site.granted('public');
  const held = { access: granted.map(({ access }) => access), refresh: granted.map(({ refresh }) => refresh) };
  const { clients } = subject;
  const secrets: Secrets = {
    never: [
      clients.symmetric.secret ?? '',
      subject.person('family-physician').password,
      bystander.access,
      bystander.refresh,
      ...[...clients.asymmetric.keys, ...clients.backend.keys].map(({ jwk }) => String(jwk.d)),
    ],
    refresh: new Map(apps.map((kind, at) => [clients[kind].id, held.refresh[at]!])),
  };
  const complaints: Complaint[] = [];
  const statuses = new Map<number, number>();
  let tokens = 0;
  let left = requests;
  const shooter = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const one = shot(site, dice, held);
      const answer: Answer = await site.send(subject.issuer + one.path, {
        method: one.method,
        headers: one.headers,
        ...(one.body === undefined ? {} : { body: one.body }),
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.text.includes('"access_token"')) tokens += 1;
      const what = verdict(site, secrets, one, answer);
      if (what !== undefined) complaints.push({ what, shot: one });
    }
  };
  await Promise.all(Array.from({ length: 8 }, shooter));
  // Nobody asked for the end of this one.
  const { status } = await site.read(`Patient/${String(bystander.body['patient'])}`, bystander.access);
  if (status !== 200) complaints.push({ what: `the bystander's token died: ${status}`, shot: shot(site, random(0), held) });
  await site.close();
  return { complaints, statuses, tokens };
}
