/**
 * Turns the FHIRPath of a search parameter into the element paths that it reads (http://hl7.org/fhir/R4/search.html). A closed little
 * grammar: what it does not know is an error, so that no parameter gets paths by accident.
 */
import type { Elements, Found } from './elements.ts';

export interface Filter {
  readonly at: string;
  readonly element: string;
  readonly equals: string;
}

export interface Read {
  /** Element paths whose values are compared. */
  readonly paths: readonly string[];
  readonly derived: boolean;
  readonly filter: Filter | undefined;
  /** Narrowed by `where(resolve() is T)`. */
  readonly narrowed: readonly string[];
  /** What the elements at the end of the paths may point to; `*` = any. */
  readonly targets: readonly string[];
}

const nothing: Read = { paths: [], derived: false, filter: undefined, narrowed: [], targets: [] };

/** What HL7 writes in a way that names no type, or steps into an extension: what it reads, spelled out. */
const rewritten: ReadonlyMap<string, string> = new Map([
  ['(start | requestedPeriod.start).first()', 'Appointment.start[0] | Appointment.requestedPeriod.start[0]'],
  [
    "QuestionnaireResponse.item.where(extension('http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject').exists()).answer",
    'QuestionnaireResponse.item[0].answer',
  ],
]);

/** The two older ways to name a type of a choice. */
export function withCasts(expression: string): string {
  return expression.replace(/\.as\((\w+)\)| as (\w+)/g, (_all, one?: string, other?: string) => `.ofType(${one ?? other})`);
}

/** The paths of one parameter on one type. Paths of other types in the union are left out. */
export function readExpression(elements: Elements, type: string, written: string): Read {
  const expression = [...rewritten].reduce((text, [from, to]) => text.replace(from, to), withCasts(written));
  if (/ and |!=|\.exists\(\)|\.not\(\)/.test(expression)) {
    const read = [...expression.matchAll(/[A-Z][A-Za-z]*(?:\.[a-z][A-Za-z]*)+(?![A-Za-z(])/g)].map((match) => match[0]);
    return { ...readUnion(elements, type, [...new Set(read)]), derived: true };
  }
  const parts = expression.split('|').map((part) => part.trim());
  return readUnion(elements, type, parts);
}

function readUnion(elements: Elements, type: string, parts: readonly string[]): Read {
  const reads = parts.map((part) => readPart(elements, type, part)).filter((read) => read !== undefined);
  return reads.reduce<Read>(
    (sum, read) => ({
      paths: [...new Set([...sum.paths, ...read.paths])],
      derived: sum.derived || read.derived,
      filter: sum.filter ?? read.filter,
      narrowed: [...new Set([...sum.narrowed, ...read.narrowed])],
      targets: [...new Set([...sum.targets, ...read.targets])],
    }),
    nothing,
  );
}

/** `(A.b.ofType(C)).d` → `A.b.ofType(C).d` */
function withoutGrouping(part: string): string {
  return part.replace(/^\((.*)\)((?:\.\w+)*)$/, '$1$2');
}

function readPart(elements: Elements, type: string, part: string): Read | undefined {
  const steps = [...withoutGrouping(part).matchAll(/[^.()]+(?:\((?:[^()]|\(\))*\))?/g)].map((match) => match[0]);
  const first = steps[0] ?? '';
  if (/^[A-Z]/.test(first)) {
    if (first !== type && first !== 'Resource' && first !== 'DomainResource') return undefined;
    steps.shift();
  }
  return readSteps(elements, type, steps);
}

/** Walks the steps from `type`; every branch of a choice is followed. Used for composites too, whose components start below an element. */
export function readSteps(elements: Elements, type: string, steps: readonly string[]): Read {
  let places: readonly (Found & { readonly path: string })[] = [
    { name: '', path: '', context: type, type, targets: undefined },
  ];
  let derived = false;
  let filter: Filter | undefined;
  const narrowed: string[] = [];
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] ?? '';
    const resolved = /^where\(resolve\(\) is (\w+)\)$/.exec(step);
    const equals = /^where\((\w+)='([\w-]+)'\)$/.exec(step);
    if (resolved) narrowed.push(resolved[1] ?? '');
    else if (equals) {
      derived = true;
      filter = { at: places[0]?.path ?? '', element: equals[1] ?? '', equals: equals[2] ?? '' };
    } else if (/^extension\('[^']+'\)$/.test(step)) {
      // Which extension is not said in the table: the parameter reads them all, and is computed.
      derived = true;
      places = below(elements, places, 'extension', undefined);
      break;
    } else if (/^\w+\[0\]$/.test(step)) {
      derived = true;
      places = below(elements, places, step.slice(0, -3), undefined);
    } else if (/^[a-z]\w*$/.test(step)) {
      const cast = /^ofType\((\w+)\)$/.exec(steps[i + 1] ?? '')?.[1];
      if (cast !== undefined) i++;
      places = below(elements, places, step, cast);
    } else throw new Error(`Unknown step ${step} in ${steps.join('.')}`);
  }
  return {
    paths: places.map((place) => place.path),
    derived,
    filter,
    narrowed,
    targets: [...new Set(places.flatMap((place) => place.targets ?? []))],
  };
}

type Place = Found & { readonly path: string };

function below(elements: Elements, places: readonly Place[], name: string, cast: string | undefined): readonly Place[] {
  return places.flatMap((place) =>
    elements
      .child(place.context, name, cast)
      .map((found) => ({ ...found, path: place.path === '' ? found.name : `${place.path}.${found.name}` })),
  );
}
