/** Every generated page of docs/reference, by file name. `npm run docs` writes them; tools/reference.test.ts fails when one is stale. */
import { labelRulesSchema, policySchema } from '@fireguard/engine';
import { configurationJsonSchema } from '../../server/src/config/json-schema.ts';
import { render as requirements } from '../requirements/generate.ts';
import { adminApiPage, openApiFile } from './admin-api.ts';
import { auditRecordPage } from './audit-record.ts';
import { cliPage } from './cli.ts';
import { configurationPage } from './configuration.ts';
import { defaultPoliciesPage } from './default-policies.ts';
import { leakPathsPage } from './leak-paths.ts';
import { policyLanguagePage } from './policy-language.ts';
import { problemsPage } from './problems.ts';

export const pages: Readonly<Record<string, () => string | Promise<string>>> = Object.freeze({
  'admin-api.md': adminApiPage,
  'audit-record.md': auditRecordPage,
  'cli.md': cliPage,
  'configuration.md': configurationPage,
  'configuration.schema.json': configurationJsonSchema,
  'default-policies.md': defaultPoliciesPage,
  'leak-paths.md': leakPathsPage,
  'openapi.json': openApiFile,
  'policy-language.md': policyLanguagePage,
  'label-rules.schema.json': () => `${JSON.stringify(labelRulesSchema, undefined, 2)}\n`,
  'policy.schema.json': () => `${JSON.stringify(policySchema, undefined, 2)}\n`,
  'problems.md': problemsPage,
  'requirements.md': requirements,
});
