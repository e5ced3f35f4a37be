/**
 * What goes from de-identified views, written by hand for the elements that the harness uses: dates, texts, names and numbers of every kind, what
 * is contained; of codes and references what says more than they do.
 */
import type { Json } from '../json.ts';
import { pathsOf } from './masked-paths.ts';

export const deIdentified: Readonly<Record<string, readonly string[]>> = {
  Patient: [
    ...['identifier', 'name', 'telecom', 'address', 'birthDate', 'deceasedDateTime', 'maritalStatus.text', 'contained'],
    ...['generalPractitioner', 'managingOrganization', 'link.other'].flatMap((path) => [
      `${path}.display`,
      `${path}.identifier`,
    ]),
  ],
  Encounter: [
    ...['period.start', 'period.end', 'period.extension', 'class.extension', 'reasonCode.text', 'contained'],
    ...['subject', 'participant.individual', 'location.location', 'serviceProvider'].flatMap((path) => [
      `${path}.display`,
      `${path}.identifier`,
    ]),
  ],
  Device: ['type.text', 'deviceName.name', 'patient.display', 'patient.identifier', 'contained'],
  Condition: [
    ...['clinicalStatus.text', 'code.text', 'severity.text', 'onsetDateTime', 'onsetAge', 'onsetString', 'contained'],
    ...['subject', 'encounter', 'asserter'].flatMap((path) => [`${path}.display`, `${path}.identifier`]),
  ],
  Observation: [
    ...[
      'identifier',
      'category.text',
      'code.text',
      'effectiveDateTime',
      'valueString',
      'valueQuantity.extension',
      'valueCodeableConcept.text',
      'note',
      'contained',
    ],
    ...['component.code.text', 'component.valueString', 'component.valueQuantity.extension'],
    'component.valueCodeableConcept.text',
    ...['subject', 'encounter', 'performer', 'hasMember'].flatMap((path) => [`${path}.display`, `${path}.identifier`]),
  ],
};

/** A de-identified view is a mask of what would tell who it is, and a change of what tells less when it is changed. */
export function viewOf({ deIdentify, mask = [], resources }: Json): Json {
  if (deIdentify === undefined) return {};
  const listed: readonly string[] = resources.types.flatMap((type: string) =>
    deIdentified[type]!.map((path) => `${type}.${path}`),
  );
  const { dates } = deIdentify;
  const isChanged = (path: string) => path.endsWith('Age') || (dates !== undefined && isDate(path));
  return {
    mask: [...mask, ...listed.filter((path) => !isChanged(path))],
    changes: listed.filter(isChanged).map((path) => ({ path, to: path.endsWith('Age') ? 'year' : dates })),
  };
}

const isDate = (path: string) => /(DateTime|birthDate|period\.(start|end))$/.test(path);

/** Below the resource. */
export interface ViewChange {
  readonly path: string;
  readonly to: 'year' | 'shift';
}

/** Of what is shown otherwise than it is: of no permit that applies as it is. Of two changes the one that keeps more. */
export function changesOf(type: string, permits: readonly Json[], mask: readonly string[]): readonly ViewChange[] {
  const shown = permits.map((rule) => ({ mask: pathsOf(type, rule.mask ?? []), changes: changesIn(type, rule) }));
  const all = new Set(shown.flatMap(({ changes }) => changes.map(({ path }) => path)));
  return [...all].flatMap((path): readonly ViewChange[] => {
    const showing = shown.filter((rule) => !rule.mask.some((one) => one === path || path.startsWith(`${one}.`)));
    const made = showing.map(({ changes }) => changes.find((one) => one.path === path)?.to);
    if (mask.some((one) => one === path || path.startsWith(`${one}.`)) || made.includes(undefined)) return [];
    return [{ path, to: made.includes('shift') ? 'shift' : 'year' }];
  });
}

export function changesIn(type: string, { changes = [] }: Json): readonly ViewChange[] {
  return changes.flatMap(({ path, to }: ViewChange) => pathsOf(type, [path]).map((one) => ({ path: one, to })));
}

/** Of an element that is changed, what stands beside it goes: `_birthDate`. */
export const beside = ({ path }: ViewChange) => path.replace(/[^.]+$/, '_$&');

/** `days`: by how many dates are moved; undefined: nobody can tell whose they are. */
export function changed(resource: Json, changes: readonly ViewChange[], days: number | undefined): Json {
  return changes.reduce((left, { path, to }) => withChange(left, path.split('.'), to, days), resource);
}

function withChange(
  value: Json,
  [step = '', ...rest]: readonly string[],
  to: ViewChange['to'],
  days: number | undefined,
): Json {
  if (Array.isArray(value)) return value.map((item) => withChange(item, [step, ...rest], to, days));
  if (typeof value !== 'object' || value === null || value[step] === undefined) return value;
  const { [step]: before, ...others } = value;
  const after = rest.length > 0 ? withChange(before, rest, to, days) : toldOf(step, before, to, days);
  const isGone = after === undefined || (typeof after === 'object' && Object.keys(after).length === 0);
  return isGone ? others : { ...value, [step]: after };
}

/** HIPAA: of people over 89 neither the age nor the year of birth is told; the harness asks in 2026. */
function toldOf(element: string, value: Json, to: ViewChange['to'], days: number | undefined): Json {
  if (element.endsWith('Age')) return value.code === 'a' && value.value < 90 ? value : undefined;
  const [, year, month, day, time = ''] = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(T.*)?)?)?$/.exec(value) ?? [];
  if (year === undefined || (element === 'birthDate' && Number(year) < 2026 - 89)) return undefined;
  if (to === 'year') return year;
  if (days === undefined) return undefined;
  if (day === undefined) return year;
  return new Date(Date.parse(`${year}-${month}-${day}`) + days * 86_400_000).toISOString().slice(0, 10) + time;
}
