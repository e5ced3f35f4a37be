/** Tests the harness itself: every mutant must be noticed, most of them soon. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type Mutant, mutants } from './mutants.ts';

const LATEST = 30_000;
const SOON = 2000;

interface Outcome {
  readonly mutant: Mutant;
  readonly noticed: boolean;
  readonly asked: number;
  readonly says: string;
}

export interface MutantOptions {
  readonly seed: number;
  readonly only?: string | undefined;
  readonly say: (line: string) => void;
}

/** True when all were noticed, and more than half of them within 2,000 requests. */
export async function runMutants({ seed, only, say }: MutantOptions): Promise<boolean> {
  const chosen = mutants.filter(({ id }) => only === undefined || id === only);
  if (chosen.length === 0) throw new Error(`there is no mutant called ${only}`);
  const outcomes: Outcome[] = [];
  const left = chosen.values();
  // As many at once as there are processors; each is a process of its own.
  const inTurn = async (): Promise<void> => {
    for (const mutant of left) {
      const outcome = await judge(mutant, seed);
      say(`${mutant.id}: ${outcome.noticed ? `noticed after ${outcome.asked} requests` : `NOT noticed ${outcome.says}`}`);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, inTurn));
  const noticed = outcomes.filter((each) => each.noticed);
  const soon = noticed.filter(({ asked }) => asked <= SOON);
  say(`mutants: ${outcomes.length}, noticed ${noticed.length}, within ${SOON} requests ${soon.length}`);
  return noticed.length === outcomes.length && soon.length * 2 > outcomes.length;
}

function judge(mutant: Mutant, seed: number): Promise<Outcome> {
  const here = import.meta.dirname;
  const args = [
    '--conditions=fireguard-source',
    '--import',
    path.join(here, 'mutate.ts'),
    path.join(here, 'mutant-main.ts'),
    String(LATEST),
    String(seed),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, FIREGUARD_MUTANT: mutant.id },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    err += piece.toString();
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      try {
        resolve({ mutant, says: '', ...JSON.parse(out.trim().split('\n').at(-1) ?? '') });
      } catch {
        resolve({ mutant, noticed: false, asked: 0, says: `(it did not run: ${err.trim().split('\n').slice(-4).join(' ')})` });
      }
    });
  });
}
