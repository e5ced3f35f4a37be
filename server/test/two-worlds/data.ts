/** Worlds out of real data (Bundles, NDJSON, compressed or not): for each scene four patients, renamed to those of the harness, and what is about them. */
import { loadData } from '../../../demo/src/data/load-data.ts';
import type { Json } from './json.ts';
import { naiveTypes } from './naive/types.ts';
import { Random } from './random.ts';
import { patients } from './resources.ts';
import type { World } from './scenario.ts';

const MOST_RESOURCES = 20_000;
const MOST_OF_A_PATIENT = 25;
const MOST_OF_NOBODY = 30;

export async function worldsOf(place: string): Promise<(seed: number) => World> {
  const about = new Map<string, string[]>();
  const people: string[] = [];
  const nobody: string[] = [];
  let count = 0;
  for await (const { type, id, bytes } of loadData(place)) {
    if (naiveTypes[type] === undefined) continue;
    if (++count > MOST_RESOURCES) break;
    const text = new TextDecoder().decode(bytes);
    const [, patient] = type === 'Patient' ? [undefined, id] : (/"reference":\s*"Patient\/([A-Za-z0-9\-.]+)"/.exec(text) ?? []);
    if (type === 'Patient') people.push(id);
    if (patient === undefined) nobody.push(text);
    else about.set(patient, [...(about.get(patient) ?? []), text]);
  }
  if (people.length < patients.length) throw new Error(`there must be at least ${patients.length} patients in ${place}`);
  return (seed) => {
    const random = new Random(seed);
    const chosen = random.some(people, patients.length, patients.length);
    const texts = [
      ...chosen.flatMap((id) => random.some(about.get(id)!, 0, MOST_OF_A_PATIENT)),
      ...random.some(nobody, 0, MOST_OF_NOBODY),
    ];
    const own = chosen.map(
      (id) => about.get(id)!.find((text) => JSON.parse(text).id === id && JSON.parse(text).resourceType === 'Patient')!,
    );
    const world: Record<string, readonly Json[]> = {};
    for (const text of [...own, ...texts]) {
      const resource = JSON.parse(renamed(text, chosen));
      world[`${resource.resourceType}/${resource.id}`] = [resource];
    }
    return world;
  };
}

function renamed(text: string, chosen: readonly string[]): string {
  const resource = JSON.parse(text);
  let result = text;
  for (const [at, id] of chosen.entries()) result = result.replaceAll(`"Patient/${id}"`, `"Patient/${patients[at]}"`);
  if (resource.resourceType !== 'Patient') return result;
  const at = chosen.indexOf(resource.id);
  return at < 0 ? result : JSON.stringify({ ...JSON.parse(result), id: patients[at] });
}
