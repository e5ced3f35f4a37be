/**
 * The bar of each person's open glass. INVARIANT: the patient's name is had by the same way as any request of this person under this glass, once a glass: a page more is
 * not a look more. A name that cannot be had in time is left out, since the button that closes the glass must be there whatever else is down.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Glasses } from '../break-glass/glasses.ts';
import type { BrokenGlass } from '../storage/break-glass.ts';
import type { FormTokens } from './form.ts';
import type { GlassBar } from './pages/glass-bar.ts';
import type { PickerPerson, PickerSource } from './picker-source.ts';

const LONGEST_LOOK_MS = 2_000;
const MINUTE_MS = 60_000;
const MOST_KEPT = 1_000;

export const CLOSE_GLASS = '/break-glass/close';

/** Undefined: this person has none open. `uid`: of their session. */
export type GlassBars = (person: PickerPerson | undefined, uid: string) => Promise<GlassBar | undefined>;

export interface GlassBarsOptions {
  /** Undefined: no glass can be broken here. */
  readonly glasses: Glasses | undefined;
  readonly picker: PickerSource;
  readonly formTokens: FormTokens;
  readonly now: () => number;
}

export function createGlassBars({ glasses, picker, formTokens, now }: GlassBarsOptions): GlassBars {
  /** By glass and patient, oldest first. */
  const names = new Map<string, string>();

  const nameOf = async (person: PickerPerson, glass: BrokenGlass, patient: string): Promise<string | undefined> => {
    const key = `${glass.id} ${patient}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const enough = new AbortController();
    const found = await Promise.race([
      picker
        .patientById(person, patient, { id: glass.id, expiresAt: glass.expires_at.getTime() })
        .then((one) => one?.name)
        .catch(() => undefined),
      sleep(LONGEST_LOOK_MS, undefined, { signal: enough.signal, ref: false }).catch(() => undefined),
    ]);
    enough.abort();
    if (found === undefined) return undefined;
    if (names.size >= MOST_KEPT) names.delete(names.keys().next().value ?? '');
    names.set(key, found);
    return found;
  };

  return async (person, uid) => {
    const glass = person === undefined ? undefined : await glasses?.openOf(person.id);
    if (person === undefined || glass === undefined) return undefined;
    const { patient } = glass;
    const expiresAt = glass.expires_at.getTime();
    return {
      id: glass.id,
      patient: patient === null ? undefined : { id: patient, name: await nameOf(person, glass, patient) },
      expiresAt,
      minutes: Math.max(1, Math.ceil((expiresAt - now()) / MINUTE_MS)),
      csrf: formTokens.make(uid, CLOSE_GLASS),
    };
  };
}
