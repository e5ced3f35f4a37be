/** The configuration's JSON Schema (2020-12), published as docs/reference/configuration.schema.json; run this file to write it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { configuration } from './schema.ts';

export function configurationJsonSchema(): string {
  const schema = z.toJSONSchema(configuration, { io: 'input' });
  return `${JSON.stringify({ title: 'fireguard.yaml', ...schema }, undefined, 2)}\n`;
}

export const publishedSchema: string = path.resolve(import.meta.dirname, '../../../docs/reference/configuration.schema.json');

if (process.argv[1] === import.meta.filename) {
  mkdirSync(path.dirname(publishedSchema), { recursive: true });
  writeFileSync(publishedSchema, configurationJsonSchema());
}
