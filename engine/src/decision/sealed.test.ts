/** I2, I3: skipping a step does not compile, and what is forged anyway is not taken for real. Asks the real compiler. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UpstreamRequest } from '../planning/upstream-request.ts';
import { Released } from '../release/released.ts';
import { mintPermit, Permit, type PermitParts } from './permit.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-sealed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header = `
import { Permit, type PermitParts } from '${root}/engine/src/decision/permit.ts';
import { UpstreamRequest, type UpstreamRequestParts } from '${root}/engine/src/planning/upstream-request.ts';
import { Released, type ReleasedParts } from '${root}/engine/src/release/released.ts';
declare const permitParts: PermitParts;
declare const requestParts: UpstreamRequestParts;
declare const releasedParts: ReleasedParts;
`;

/** The compiler's complaints about each line of code, all in one run: error codes by the name of the attempt. */
function complaints(attempts: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  for (const [name, code] of Object.entries(attempts)) writeFileSync(path.join(folder, `${name}.ts`), `${header}${code}\n`);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const config = {
    extends: path.join(root, 'tsconfig.base.json'),
    compilerOptions: { noEmit: true, noUnusedLocals: false, rewriteRelativeImportExtensions: false },
    files: [path.join(root, 'engine/src/web-standard.d.ts'), ...Object.keys(attempts).map((name) => `${name}.ts`)],
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout, error } = spawnSync(path.join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  const found = new Map<string, string[]>(Object.keys(attempts).map((name) => [name, []]));
  for (const line of stdout.split('\n')) {
    const [, file, code] = /([\w-]+)\.ts\(\d+,\d+\): error (TS\d+)/.exec(line) ?? [];
    if (file !== undefined) found.get(file)?.push(code!);
  }
  return found;
}

const attempts = {
  honest:
    'export const kinds = (permit: Permit, request: UpstreamRequest, answer: Released) => [permit.kind, request.kind, answer.kind];',
  'new-permit': 'export const forged = new Permit(permitParts);',
  'new-request': 'export const forged = new UpstreamRequest(requestParts);',
  'new-released': 'export const forged = new Released(releasedParts);',
  'like-a-permit': "export const forged: Permit = { kind: 'permit', ...permitParts };",
  'like-a-request': "export const forged: UpstreamRequest = { kind: 'upstream', ...requestParts };",
  'like-a-released': "export const forged: Released = { kind: 'released', ...releasedParts };",
  'copied-permit': 'export const forged = (real: Permit): Permit => ({ ...real });',
  'child-of-permit': 'export class Forged extends Permit {}',
  'changed-permit': "export const change = (real: Permit) => { real.sight = 'full'; };",
} as const;

describe('sealed types', () => {
  const found = complaints(attempts);

  test('the honest program compiles, so the others fail for their own reasons', () => {
    expect(found.get('honest')).toEqual([]);
  });

  test.each(Object.keys(attempts).filter((name) => name !== 'honest'))('I2 I3 %s does not compile', (name) => {
    expect(found.get(name)).not.toEqual([]);
  });

  test('a new or structural look-alike is refused for being sealed, not for something else', () => {
    for (const name of ['new-permit', 'new-request', 'new-released']) expect(found.get(name)).toEqual(['TS2673']);
    for (const name of ['like-a-permit', 'like-a-request', 'like-a-released', 'copied-permit'])
      expect(found.get(name)).toEqual(['TS2741']);
  });

  test('at run time a forged one is not taken for a real one, and a real one cannot be changed', () => {
    const real = mintPermit({ type: 'Patient', sight: 'filtered', maskable: [] } as unknown as PermitParts);
    expect(Permit.isPermit(real)).toBe(true);
    const forged = [
      { ...real },
      Object.create(Permit.prototype),
      Object.create(real),
      new Proxy(real, {}),
      JSON.parse(JSON.stringify(real)),
      null,
      undefined,
      'permit',
    ];
    for (const one of forged) expect(Permit.isPermit(one)).toBe(false);
    for (const one of [...forged, real]) {
      expect(UpstreamRequest.isUpstreamRequest(one)).toBe(false);
      expect(Released.isReleased(one)).toBe(false);
    }
    expect(() => Object.assign(real, { sight: 'full' })).toThrow(TypeError);
    expect(() => Object.defineProperty(real, 'extra', { value: 1 })).toThrow(TypeError);
  });
});
