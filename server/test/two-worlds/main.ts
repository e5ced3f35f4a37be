/**
 * `npm run two-worlds -- [--requests N] [--seed S] [--data PATH] [--policies PATH] [--mutants]`: the law of two worlds (docs/architecture.md,
 * section 5), tried with random worlds, policies, callers and requests. Ends with 1 when a difference was found, or when too little was tried.
 */
import { parseArgs } from 'node:util';
import { loadPolicies } from '../../src/config/load-policies.ts';
import { worldsOf } from './data.ts';
import { run } from './run.ts';
import { runMutants } from './run-mutants.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
    policies: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    /** One mutant, by its id. */
    mutant: { type: 'string' },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
  console.error('--requests and --seed take whole numbers.');
  process.exit(1);
}

if (values.mutants || values.mutant !== undefined) {
  process.exitCode = (await runMutants({ seed, only: values.mutant, say: console.log })) ? 0 : 1;
} else {
  const result = await run({
    requests,
    seed,
    say: console.log,
    policies: values.policies === undefined ? undefined : loadPolicies([values.policies]),
    worldOf: values.data === undefined ? undefined : await worldsOf(values.data),
  });
  for (const line of result.lines) console.log(line);
  for (const scene of new Set(result.differences.map((each) => each.scene))) {
    console.log(`To keep it, save this line as server/test/two-worlds/kept/<name>.json:\n${JSON.stringify(scene)}`);
  }
  for (const gap of result.gaps) console.log(`too little was tried: ${gap}`);
  console.log(`two-worlds: ${result.requests} requests, ${result.differences.length} differences`);
  if (result.differences.length > 0 || result.gaps.length > 0) process.exitCode = 1;
}
