/**
 * Trying policies: the same as `fireguard policy check | test | explain | diff`. What is tried is what the caller sends; nothing of it is kept, no patient's data
 * is read, and the policies in force are not changed. Why a recorded request was decided as it was stands in its audit record, for those who may read it.
 */
import {
  type CaseBook,
  type CaseWorld,
  checkBook,
  checkCallers,
  type FhirVersion,
  fhirTables,
  Problem,
  type WorldOf,
} from '@fireguard/engine';
import { z } from 'zod';
import { explainCase } from '../policy-trial/explain-case.ts';
import { changedCases, changedReach } from '../policy-trial/policy-changes.ts';
import { compileMaterial, type PolicyMaterial } from '../policy-trial/policy-material.ts';
import { runCases } from '../policy-trial/run-cases.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';

/** Documents in the policy language, as JSON. Left out: the policies in force. */
const policies = z.array(z.looseObject({})).min(1).max(100).optional().describe('Policy documents; left out: those in force.');
const book = z.looseObject({}).describe('A book of cases: title, callers, cases.');
const upstream = z
  .string()
  .max(64)
  .optional()
  .describe('Name of the further FHIR server (`upstreams`) at which they hold; left out: the first.');
const decision = z.enum(['permit', 'deny', 'refused']);

export function policyRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const inForce = (name: string | undefined): PolicyMaterial => {
    const found = name === undefined ? use.policies : use.furtherPolicies.get(name);
    if (found === undefined) throw new Problem('parameter-invalid', 'There is no FHIR server of this name.');
    return found;
  };
  const worlds = (documents: readonly unknown[] | undefined, at: string | undefined): WorldOf => {
    const material = inForce(at);
    return worldsOf({ ...material, documents: documents ?? material.documents });
  };
  return [
    adminRoute({
      id: 'checkPolicies',
      method: 'POST',
      path: '/policies/check',
      summary: 'Whether policies can be used; where they cannot, the place and what to do',
      right: 'look',
      body: z.strictObject({
        policies: policies.unwrap(),
        upstream,
        fhirVersion: z.enum(['R4', 'R4B', 'R5', 'R6']).optional().describe('Left out: the version of that server.'),
      }),
      answer: z.object({ usable: z.boolean(), fault: z.string().nullable() }),
      status: 200,
      async run({ body }) {
        const material = inForce(body.upstream);
        const version = body.fhirVersion ?? versionOf(material);
        const fault = faultOf(() => compileMaterial({ ...material, documents: body.policies }, fhirTables(version)));
        return { usable: fault === undefined, fault: fault ?? null };
      },
    }),
    adminRoute({
      id: 'testPolicies',
      method: 'POST',
      path: '/policies/test',
      summary: 'Run decision cases, and say which do not come out as they should',
      right: 'look',
      body: z.strictObject({ policies, upstream, book }),
      answer: z.object({
        passed: z.int(),
        failed: z.array(
          z.object({
            case: z.string(),
            sentence: z.string(),
            differences: z.array(z.object({ key: z.string(), expected: z.unknown(), found: z.unknown() })),
          }),
        ),
      }),
      status: 200,
      run: async ({ body }) => told(() => runCases(bookOf(body.book), {}, worlds(body.policies, body.upstream))),
    }),
    adminRoute({
      id: 'explainPolicies',
      method: 'POST',
      path: '/policies/explain',
      summary: 'Why cases are decided as they are: a sentence, and behind it rules, facts and every condition that was asked',
      right: 'look',
      body: z.strictObject({ policies, upstream, book }),
      answer: z.object({
        cases: z.array(
          z.object({
            case: z.string(),
            outcome: decision,
            sentence: z.string(),
            rules: z.array(z.object({ id: z.string(), description: z.string().optional() })),
            facts: z.array(z.string()),
            withheld: z.array(z.string()),
            obligations: z.array(z.string()),
            near: z.array(z.object({ rule: z.string(), description: z.string(), because: z.string() })),
            trace: z.array(z.object({ rule: z.string(), condition: z.string(), held: z.boolean() })),
          }),
        ),
      }),
      status: 200,
      run: async ({ body }) =>
        told(() => {
          const asked = bookOf(body.book);
          return {
            cases: asked.cases.map((one) =>
              explainCase(one, checkCallers(asked.callers), worlds(body.policies, body.upstream)),
            ),
          };
        }),
    }),
    adminRoute({
      id: 'comparePolicies',
      method: 'POST',
      path: '/policies/diff',
      summary: 'What changes for whom: which roles reach which types, and which cases come out otherwise',
      right: 'look',
      body: z.strictObject({ before: policies, after: policies, upstream, book: book.optional() }),
      answer: z.object({
        reach: z.array(
          z.object({
            role: z.string(),
            interaction: z.string(),
            change: z.enum(['opened', 'closed']),
            types: z.array(z.string()),
          }),
        ),
        cases: z.array(
          z.object({ case: z.string(), caller: z.string(), before: z.string(), after: z.string(), sentence: z.string() }),
        ),
      }),
      status: 200,
      run: async ({ body }) =>
        told(() => {
          const [before, after] = [worlds(body.before, body.upstream), worlds(body.after, body.upstream)];
          const version = versionOf(inForce(body.upstream));
          const [old, fresh] = [before(version), after(version)];
          return {
            reach: changedReach(old.policies, fresh.policies, fresh.tables),
            cases: body.book === undefined ? [] : changedCases(bookOf(body.book), {}, before, after),
          };
        }),
    }),
  ];
}

function versionOf({ fhirVersion = 'R4' }: PolicyMaterial): FhirVersion {
  return fhirVersion;
}

/** Compiled anew for each request: what is tried is small, and nothing is kept. */
function worldsOf(material: PolicyMaterial): WorldOf {
  const worlds = new Map<FhirVersion, CaseWorld>();
  return (version) => {
    const tables = fhirTables(version);
    const world = worlds.get(version) ?? {
      tables,
      policies: compileMaterial(material, tables),
      labelRules: material.labelRules,
    };
    worlds.set(version, world);
    return world;
  };
}

function bookOf(value: unknown): CaseBook {
  return checkBook(value);
}

/** What is wrong with what was sent is told to the sender: it is their own. */
function told<T>(run: () => T): T {
  let answer: T | undefined;
  const fault = faultOf(() => {
    answer = run();
  });
  if (fault !== undefined) throw new Problem('parameter-invalid', fault);
  return answer as T;
}

function faultOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.code === 'policy-invalid') return error.detail ?? error.publicText;
    throw error;
  }
}
