/** The SHALLs of SMART App Launch 2.2.0 that bind a server (shalls.yaml), each with the rows that ask it, or the reason why none can. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { allRows } from './rows/all.ts';

interface Shall {
  /** In the requirement set hl7.fhir.uv.smart-app-launch_2.2.0; from 1001 on what that set leaves out. */
  readonly n: number;
  /** Page and section. */
  readonly at: string;
  readonly says: string;
  /** Ids as `shalls.yaml` has them: whole, or without the kind of client. */
  readonly rows: readonly string[];
  readonly why: string | undefined;
}

type Written = Pick<Shall, 'n' | 'at' | 'says'> & { readonly rows?: readonly string[]; readonly why?: string };

export const shalls: readonly Shall[] = Object.freeze(
  (parse(readFileSync(path.join(import.meta.dirname, 'shalls.yaml'), 'utf8')) as readonly Written[]).map((one) =>
    Object.freeze({ ...one, rows: one.rows ?? [], why: one.why }),
  ),
);

/** The ids of the rows that an id of `shalls.yaml` stands for: itself, or one for each kind of client. */
export function rowsOf(id: string): readonly string[] {
  return allRows.map((row) => row.id).filter((one) => one === id || one.startsWith(`${id}-`));
}

/** What is wrong with the list: a SHALL without rows and without a reason, a row that is not there, a number used twice. */
export function faults(): readonly string[] {
  const numbers = shalls.map(({ n }) => n);
  return shalls.flatMap(({ n, says, rows, why }) => [
    ...(rows.length === 0 && (why ?? '').length < 20 ? [`${n} (${says}) has neither rows nor a reason`] : []),
    ...rows.filter((id) => rowsOf(id).length === 0).map((id) => `${n} names ${id}, which is no row`),
    ...(numbers.indexOf(n) === numbers.lastIndexOf(n) ? [] : [`${n} is there twice`]),
  ]);
}

/** As it is printed by `npm run conformance -- smart --list`. */
export function shallLines(): readonly string[] {
  const asked = shalls.filter(({ rows }) => rows.length > 0);
  return [
    ...shalls.map(({ n, at, says, rows, why }) => {
      const ids = rows.flatMap(rowsOf);
      return `${String(n).padStart(4)}  ${at}: ${says}\n      ${ids.length === 0 ? '' : ids.join(' ')}${why === undefined ? '' : `${ids.length === 0 ? '' : '\n      '}not asked further: ${why}`}`;
    }),
    `${shalls.length} SHALLs of SMART App Launch 2.2.0, ${asked.length} asked by ${new Set(asked.flatMap(({ rows }) => rows.flatMap(rowsOf))).size} rows, ${shalls.length - asked.length} explained; ${allRows.length} rows in all`,
  ];
}
