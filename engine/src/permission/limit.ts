/** Permission.rule.limit: what a permit obliges to. All limits of a rule apply. */
import type { PolicyRule } from '../policy/document.ts';
import { labelKind } from '../terminology/label-kind.ts';
import { sensitivitySubsumes } from '../terminology/sensitivity.ts';
import { codedAt, listAt, type Members, onlyKnown, refuseImport } from './members.ts';

export type Limits = Pick<PolicyRule, 'obligations' | 'mask'>;

/** They change the data first; what that means for which element, a Permission does not say. */
const changing: ReadonlySet<string> = new Set(['ANONY', 'DEID', 'HUAPRV', 'MASK', 'MINEC', 'PSEUD', 'REDACT']);
/** Met for every request, whatever a rule says. */
const alwaysMet: ReadonlySet<string> = new Set(['AUDIT', 'AUDTR']);

/** `cleared`: sensitivities that the permit reaches. */
export function limitsOf(limits: readonly Members[], cleared: readonly string[], at: string): Limits {
  const labels: string[] = [];
  const mask: string[] = [];
  for (const [index, limit] of limits.entries()) {
    const place = `${at}[${index}]`;
    onlyKnown(limit, ['control', 'tag', 'element'], place);
    for (const control of listAt(limit, 'control', place)) labels.push(...dutyOf(control, `${place}.control`));
    for (const tag of listAt(limit, 'tag', place)) checkTag(tag, cleared, `${place}.tag`);
    const { element } = limit;
    if (element !== undefined) mask.push(...elementsOf(element, `${place}.element`));
  }
  return {
    ...(labels.length === 0 ? {} : { obligations: { labels: [...new Set(labels)] } }),
    ...(mask.length === 0 ? {} : { mask: [...new Set(mask)] }),
  };
}

function dutyOf(control: Members, at: string): readonly string[] {
  const { system, code } = codedAt(control, at);
  const kind = labelKind(system, code);
  if (kind !== 'obligation' && kind !== 'refrain') refuseImport(at, `${code} is no obligation or refrain`);
  if (changing.has(code))
    refuseImport(at, `${code} changes the data before they leave; write mask or deIdentify into a rule of your own`);
  return alwaysMet.has(code) ? [] : [`${system}|${code}`];
}

/** Data so labelled must not be let out: that holds for every sensitivity that a permit does not clear, and a permit with limits clears what it names alone. */
function checkTag(tag: Members, cleared: readonly string[], at: string): void {
  const { system, code } = codedAt(tag, at);
  if (labelKind(system, code) !== 'sensitivity')
    refuseImport(at, `that what is labelled ${code} is taken out of a permit cannot be said`);
  if (cleared.some((one) => sensitivitySubsumes(one, code)))
    refuseImport(at, `the permit names what is labelled ${code} itself`);
}

function elementsOf(value: unknown, at: string): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) =>
    typeof one === 'string' && /^[A-Z][A-Za-z]+\./.test(one) ? one : refuseImport(at, 'write elements as Type.path'),
  );
}
