/** `npm run docs`: writes every generated page of docs/reference. CI fails when one is stale. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { render as requirements } from './requirements/generate.ts';

const reference = path.resolve(import.meta.dirname, '../docs/reference');

writeFileSync(path.join(reference, 'requirements.md'), requirements());
