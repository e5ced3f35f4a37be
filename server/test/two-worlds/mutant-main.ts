/** One mutant, in a process of its own: prints after how many requests the harness noticed it, or that it did not. */
import { run } from './run.ts';

const [requests = '30000', seed = '1'] = process.argv.slice(2);
const { differences, requests: asked } = await run({
  requests: Number(requests),
  seed: Number(seed),
  mostFailures: 1,
  shrinking: false,
});
const [first] = differences;
console.log(
  JSON.stringify(
    first === undefined ? { noticed: false, asked } : { noticed: true, asked: first.after, says: first.says.slice(0, 200) },
  ),
);
