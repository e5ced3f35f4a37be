/**
 * Writes the engine's generated tables from the published definitions (`npm run tables`). Output depends on the pinned package alone, so a
 * test can compare it with what is committed. It must not be imported by anything that runs in production.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { r4Module } from './r4.ts';
import { structureModule } from './structure.ts';
import { summaryModule } from './summary.ts';
import { terminologyModule } from './terminology.ts';

/** Generated files by path from the repository's root. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['engine/src/fhir/generated/r4.ts', r4Module()],
    ['engine/src/fhir/generated/r4-structure.ts', structureModule()],
    ['engine/src/fhir/generated/r4-summary.ts', summaryModule()],
    ['engine/src/terminology/generated/v3.ts', terminologyModule()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generatedFiles()) {
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`${path}: ${text.length} characters\n`);
  }
}
