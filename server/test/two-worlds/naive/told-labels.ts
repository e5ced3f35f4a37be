/** what labels say of a resource that leaves, and of a Bundle that holds it. Of what is masked no more than its own meta and the rules tell. */
import type { Json } from '../json.ts';
import { ACT_CODE, CONFIDENTIALITY, type NaiveLabels } from './labels.ts';

/** On the resource itself. `reach`: of what is masked, the rank that the rules reach. */
export function toldLabels({ rank, sensitivities }: NaiveLabels, reach: number | undefined): readonly string[] {
  return [
    confidentiality(reach ?? (rank < 0 ? 3 : rank)),
    ...(reach === undefined ? sensitivities.map((code) => `${ACT_CODE}|${code}`) : []),
  ];
}

/** What a Bundle says that holds it. */
export interface Mark {
  readonly rank: number;
  readonly duties: readonly string[];
}

const carriedOn = ['NORDSCLCD', 'DELAU', 'NOREUSE'].map((code) => `${ACT_CODE}|${code}`);

export function markOf(resource: Json, { rank, all }: NaiveLabels, reach: number | undefined): Mark {
  const shown = (resource.meta?.security ?? []).map(({ system, code }: Json) => `${system}|${code}`);
  const duties = all.filter((label) => carriedOn.includes(label) && (reach === undefined || shown.includes(label)));
  return { rank: reach ?? rank, duties };
}

/** The labels of a Bundle, sorted; none where no label says anything. */
export function bundleLabels(marks: readonly Mark[], purposes: readonly string[]): readonly string[] {
  const rank = Math.max(-1, ...marks.map((one) => one.rank));
  if (rank < 0) return [];
  const said = purposes.map((code) => `http://terminology.hl7.org/CodeSystem/v3-ActReason|${code}`);
  return [...new Set([confidentiality(rank), ...said, ...marks.flatMap(({ duties }) => duties)])].sort();
}

const confidentiality = (rank: number) => `${CONFIDENTIALITY}|${'ULMNRV'[rank]}`;
