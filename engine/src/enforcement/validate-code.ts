/** valueset-operation-validate-code.html and codesystem-operation-validate-code.html: is the code in it, and is the display one of its own? */
import type { CodeSystem } from '../concept/code-system.ts';
import { codeSystem } from '../concept/code-system.ts';
import { type Coded, keyOf } from '../concept/value-set.ts';
import type { JsonValue } from '../json/value.ts';
import { Problem } from '../problem.ts';
import { type AskedCode, askedCodes } from './asked-codes.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyGiven } from './terminology.ts';

const NAMES = { code: 'code', coding: 'coding', concept: 'codeableConcept' } as const;

export function* validateCode(terminology: TerminologyGiven): Generator<Need, JsonValue, Found> {
  const { input, subject, type } = terminology;
  if (subject === undefined) throw new Problem('parameter-invalid', 'The operation needs a url.');
  if (type === 'CodeSystem') {
    const system = codeSystem(subject);
    const asked = askedCodes(input, NAMES, input.one('system') ?? system.url);
    return told(asked.map((one) => ({ one, display: displayIn(system, one) })));
  }
  if (input.one('version') !== undefined)
    throw new Problem('parameter-unknown', 'The version of a value set is valueSetVersion.');
  const asked = askedCodes(input, NAMES, input.one('system'));
  const codes = new Map((yield* terminology.book.codes(subject)).map((one) => [keyOf(one), one]));
  const version = input.one('systemVersion');
  return told(asked.map((one) => ({ one, display: displayAmong(codes, { ...one, version: one.version ?? version }) })));
}

/** `null`: the code is there and has no display. Undefined: it is not there. */
type Display = string | null | undefined;

function displayIn(system: CodeSystem, { system: url, version, code }: AskedCode): Display {
  if (url !== system.url || (version !== undefined && version !== system.version)) return undefined;
  const concept = system.find(code);
  return concept === undefined ? undefined : (concept.display ?? null);
}

function displayAmong(codes: ReadonlyMap<string, Coded>, asked: AskedCode): Display {
  const found = codes.get(keyOf(asked));
  if (found === undefined) return undefined;
  const otherVersion = asked.version !== undefined && found.version !== undefined && asked.version !== found.version;
  return otherVersion ? undefined : (found.display ?? null);
}

/** Of several codings one is enough. */
function told(answers: readonly { readonly one: AskedCode; readonly display: Display }[]): JsonValue {
  const found = answers.find(({ display }) => display !== undefined);
  if (found === undefined) return parameters(false, 'The code is not in it.', undefined);
  const { one, display } = found;
  const wrong = one.display !== undefined && display != null && one.display.toLowerCase() !== display.toLowerCase();
  return parameters(!wrong, wrong ? 'The display is not that of the code.' : undefined, display ?? undefined);
}

function parameters(result: boolean, message: string | undefined, display: string | undefined): JsonValue {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'result', valueBoolean: result },
      ...(message === undefined ? [] : [{ name: 'message', valueString: message }]),
      ...(display === undefined ? [] : [{ name: 'display', valueString: display }]),
    ],
  };
}
