/** `npm run docs`: writes every generated page of docs/reference. tools/reference.test.ts fails when one is stale. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pages } from './reference/pages.ts';

const reference = path.resolve(import.meta.dirname, '../docs/reference');

for (const [name, render] of Object.entries(pages)) writeFileSync(path.join(reference, name), await render());
