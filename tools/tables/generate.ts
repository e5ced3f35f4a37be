/**
 * Writes the engine's generated tables from the published definitions (`npm run tables`). Output depends on the pinned sources alone, so a
 * test can compare it with what is committed. It must not be imported by anything that runs in production.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Definitions } from './definitions.ts';
import { definitionsR4 } from './definitions-r4.ts';
import { definitionsR4B } from './definitions-r4b.ts';
import { definitionsR5 } from './definitions-r5.ts';
import { definitionsR6 } from './definitions-r6.ts';
import { structureModule } from './structure.ts';
import { summaryModule } from './summary.ts';
import { terminologyModule } from './terminology.ts';
import { typesModule } from './types.ts';

/** Generated files by path from the repository's root. `folder`: where the definitions lie that no npm package brings (README.md). */
export function generatedFiles(folder: string | undefined): ReadonlyMap<string, string> {
  const r4 = definitionsR4();
  const versions = [r4, ...(folder === undefined ? [] : others(folder, r4))];
  return new Map([...versions.flatMap(filesOf), ['engine/src/terminology/generated/v3.ts', terminologyModule()]]);
}

function others(folder: string, r4: Definitions): readonly Definitions[] {
  const r5 = definitionsR5(path.join(folder, 'r5', 'package'));
  return [
    definitionsR4B(path.join(folder, 'r4b'), r4.compartment),
    r5,
    definitionsR6(path.join(folder, 'r6', 'search-parameters.json.gz'), r5),
  ];
}

function filesOf(definitions: Definitions): readonly (readonly [string, string])[] {
  const start = `engine/src/fhir/generated/${definitions.version.toLowerCase()}`;
  const types = [`${start}.ts`, typesModule(definitions)] as const;
  if (definitions.resources.length === 0) return [types];
  return [types, [`${start}-structure.ts`, structureModule(definitions)], [`${start}-summary.ts`, summaryModule(definitions)]];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder !== undefined && !existsSync(folder)) throw new Error(`${folder} is not there`);
  for (const [file, text] of generatedFiles(folder)) {
    const place = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
    process.stdout.write(`${file}: ${text.length} characters\n`);
  }
}
