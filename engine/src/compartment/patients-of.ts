/**
 * Every patient that a resource is about (R-030, R-031, hardening B10-123), as far as its own bytes tell. Types of the Patient compartment are about
 * the patients at the compartment's paths; all other types that may hold patient data are about every patient that they point to, at any depth.
 */
import { elementNodes } from '../fhir/element-path.ts';
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { compartmentPaths } from './compartment-paths.ts';
import { identifierName, pointedAt, referenceName } from './pointed-at.ts';

export interface PatientsOf {
  /** Ids, each once. */
  readonly patients: readonly string[];
  /** `Type/id` of resources through which it may be about further patients; to be looked up. */
  readonly pending: readonly string[];
  /** It may be about a patient whom neither it nor its pending references name. */
  readonly undetermined: boolean;
}

const resourceTypeName = name('resourceType');
const idName = name('id');
const containedName = name('contained');

/** `resource` is a resource object; `bases` are our own, without a final slash. */
export function patientsOf(
  document: JsonDocument,
  resource: JsonNode,
  tables: FhirTables,
  bases: readonly string[],
): PatientsOf {
  const finder = new Finder(document, tables, bases);
  finder.resource(resource);
  return {
    patients: finder.patients(),
    pending: finder.pending === undefined ? none : Object.freeze([...finder.pending]),
    undetermined: finder.undetermined,
  };
}

const none: readonly never[] = Object.freeze([]);

class Finder {
  /** Mostly there is one, so the set is made for the second. */
  #patient: string | undefined;
  #patients: Set<string> | undefined;
  /** Made when there is one. */
  pending: Set<string> | undefined;
  undetermined = false;
  readonly #document: JsonDocument;
  readonly #tables: FhirTables;
  readonly #bases: readonly string[];

  constructor(document: JsonDocument, tables: FhirTables, bases: readonly string[]) {
    this.#document = document;
    this.#tables = tables;
    this.#bases = bases;
  }

  resource(node: JsonNode): void {
    const document = this.#document;
    const type = this.#tables.types.get(document.string(document.member(node, resourceTypeName)) ?? '');
    if (type?.name === 'Patient') {
      this.#addOrDoubt(document.string(document.member(node, idName)));
      this.#contained(node);
      return;
    }
    if (type?.category === 'patient' && type.patientCompartment.length > 0) this.#atPaths(node, type);
    else this.#everywhere(node);
    if (this.#patient === undefined && this.pending === undefined && mustHavePatient(type)) this.undetermined = true;
  }

  patients(): readonly string[] {
    if (this.#patients !== undefined) return Object.freeze([...this.#patients]);
    return this.#patient === undefined ? none : Object.freeze([this.#patient]);
  }

  #add(id: string): void {
    if (this.#patient === undefined) this.#patient = id;
    else if (this.#patients !== undefined) this.#patients.add(id);
    else if (id !== this.#patient) this.#patients = new Set([this.#patient, id]);
  }

  #addOrDoubt(id: string | undefined): void {
    if (id === undefined) this.undetermined = true;
    else this.#add(id);
  }

  #atPaths(node: JsonNode, type: TypeFacts): void {
    let others: string[] | undefined;
    for (const { path, about } of compartmentPaths(type)) {
      for (const reference of elementNodes(this.#document, node, path)) {
        const found = pointedAt(this.#document, reference, this.#tables, this.#bases);
        if (found.kind === 'patient') this.#add(found.id);
        else if (found.kind === 'lookup') {
          others ??= [];
          others.push(found.key);
        } else if (found.kind === 'unnamed') this.undetermined ||= about || found.surely;
      }
    }
    this.#contained(node);
    // A subject that is a group or a device leads to patients; beside a patient, the others only take part.
    if (this.#patient === undefined && others !== undefined) for (const key of others) this.#lookUp(key);
  }

  #lookUp(key: string): void {
    this.pending ??= new Set();
    this.pending.add(key);
  }

  /** Contained resources are parts: whom they point to directly counts; a contained Patient is somebody who cannot be named. */
  #contained(node: JsonNode): void {
    const contained = this.#document.member(node, containedName);
    if (contained !== NONE) this.#walk(contained, false);
  }

  #everywhere(node: JsonNode): void {
    this.#walk(node, true);
  }

  /** Every value below `root`, in the order of the tape: no recursion, and a key is compared before anything is decoded. */
  #walk(root: JsonNode, follow: boolean): void {
    const document = this.#document;
    const end = document.end(root);
    const own = follow ? root : NONE;
    for (let node = root + 1; node < document.count && document.start(node) < end; node++) {
      if (document.keyIs(node, referenceName) && document.isString(node)) this.#reference(document.parent(node), follow);
      else if (document.keyIs(node, identifierName) && document.isObject(node)) this.#logical(document.parent(node));
      else if (document.keyIs(node, resourceTypeName) && document.parent(node) !== own) this.#part(document.parent(node));
    }
  }

  #reference(node: JsonNode, follow: boolean): void {
    const found = pointedAt(this.#document, node, this.#tables, this.#bases);
    if (found.kind === 'patient') this.#add(found.id);
    else if (found.kind === 'lookup' && follow) this.#lookUp(found.key);
    else if (found.kind === 'unnamed' && (follow || found.surely)) this.undetermined = true;
  }

  /** An identifier alone is a logical reference only where it says that it means a patient; elsewhere it is just an identifier. */
  #logical(node: JsonNode): void {
    const document = this.#document;
    if (document.member(node, referenceName) !== NONE) return;
    const found = pointedAt(document, node, this.#tables, this.#bases);
    if (found.kind === 'unnamed' && found.surely) this.undetermined = true;
  }

  /** A resource inside: contained, or an entry of a Bundle. What it points to, the walk finds. */
  #part(node: JsonNode): void {
    const document = this.#document;
    const type = document.string(document.member(node, resourceTypeName)) ?? '';
    const isContained = document.keyIs(node, containedName) || document.keyIs(document.parent(node), containedName);
    if (type === 'Patient') this.#addOrDoubt(isContained ? undefined : document.string(document.member(node, idName)));
    else if (!isContained) this.#entry(node, this.#tables.types.get(type));
  }

  /** An entry must itself name somebody: its neighbours may be about others. */
  #entry(node: JsonNode, type: TypeFacts | undefined): void {
    if (type?.category !== 'patient' || type.patientCompartment.length === 0) return;
    const names = compartmentPaths(type).some(({ path }) =>
      elementNodes(this.#document, node, path).some((reference) => {
        const { kind } = pointedAt(this.#document, reference, this.#tables, this.#bases);
        return kind === 'patient' || kind === 'lookup';
      }),
    );
    if (!names) this.undetermined = true;
  }
}

/** A patient-category resource without any patient is about somebody unknown, and so is a Binary without a context. */
function mustHavePatient(type: TypeFacts | undefined): boolean {
  return type === undefined || type.category === 'patient' || type.name === 'Binary';
}
