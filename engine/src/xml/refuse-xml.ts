import { Problem } from '../problem.ts';

/** Refuse a body in XML. `rule` is one of a closed set of texts, never a piece of the body; where it went wrong is private. */
export function refuseXml(rule: string, at: number): never {
  throw new Problem('xml-invalid', `The body is not valid FHIR XML: ${rule}`, { detail: `at character ${at}` });
}
