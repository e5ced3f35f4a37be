/** Loaded before anything else (`--import`): puts the mutant named in FIREGUARD_MUTANT in the place of a line of the engine. */
import { registerHooks } from 'node:module';
import { mutants } from './mutants.ts';

const mutant = mutants.find(({ id }) => id === process.env['FIREGUARD_MUTANT']);
if (mutant === undefined) throw new Error('FIREGUARD_MUTANT names no mutant');

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(`/engine/src/${mutant.file}`)) return loaded;
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source as Uint8Array);
    if (source.split(mutant.find).length !== 2) throw new Error(`mutant ${mutant.id} does not fit ${mutant.file}`);
    return { ...loaded, source: source.replace(mutant.find, () => mutant.replace) };
  },
});
