import { expect, test } from 'vitest';
import type { Change } from '../storage/cluster.ts';
import { registeredOrigins } from './registered-origins.ts';

const APP = 'https://app.example';

function setting() {
  const it = { trusted: true, heard: undefined as Change | undefined, disabled: false, reads: 0 };
  let apply: (change: Change) => void = () => undefined;
  const origins = registeredOrigins(
    async () => {
      it.reads += 1;
      const { disabled } = it;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [{ redirect_uris: [`${APP}/callback`], disabled }];
    },
    {
      node: 'test',
      // As the cluster does it: what was heard is applied when trust is asked for.
      trusted: () => {
        if (it.heard !== undefined) apply(it.heard);
        it.heard = undefined;
        return it.trusted;
      },
      onChange: (handler) => {
        apply = handler;
      },
      announce: async () => undefined,
    },
  );
  return { it, has: () => origins.has(APP) };
}

test('many who ask at once share their reads, with a lease and without', async () => {
  const { it, has } = setting();
  it.trusted = false;
  expect(await Promise.all(Array.from({ length: 64 }, has))).not.toContain(false);
  expect(it.reads).toBe(2);
  it.trusted = true;
  expect(await Promise.all(Array.from({ length: 64 }, has))).not.toContain(false);
  expect(it.reads).toBe(3);
});

test('R-044 a client that was disabled is no longer known to whoever asks after, whatever was kept or under way', async () => {
  for (const trusted of [true, false]) {
    for (const kept of [true, false]) {
      const { it, has } = setting();
      it.trusted = trusted;
      if (kept) await has();
      const under = has();
      it.disabled = true;
      it.heard = { kind: 'client', id: 'app' };
      expect(await has(), `trusted ${trusted}, kept ${kept}`).toBe(false);
      await under;
      expect(await has()).toBe(false);
    }
  }
});
