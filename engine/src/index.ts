/**
 * The whole public surface of the engine, in the order of a request: understand it, decide, enforce, record. Makers of sealed values (`mint…`)
 * are absent on purpose: a host can send only what was planned and answer only with what was released.
 */

// The record of it.
export type { AuditKind, AuditOutcome, AuditRecord } from './audit-event/record.ts';
export type { Caller, Coding } from './caller.ts';
export { inCompartment } from './compartment/in-compartment.ts';
export { patientsOf } from './compartment/patients-of.ts';
export { decide } from './decision/decide.ts';
export type { Decision } from './decision/decision.ts';
export { type Explanation, explain } from './decision/explain.ts';
export {
  type Candidate,
  type DenyAs,
  type KnownFacts,
  Permit,
  type Refusal,
  type Sight,
  type Verdict,
} from './decision/permit.ts';
// The flow, what it needs and how it ends.
export { enforce } from './enforcement/enforce.ts';
export type { Given } from './enforcement/given.ts';
export type * from './enforcement/need.ts';
export type { Denied, Disclosure, Outcome } from './enforcement/outcome.ts';
export { type ElementPath, elementNodes, elementPath } from './fhir/element-path.ts';
export { isId } from './fhir/id.ts';
export { r4 } from './fhir/r4.ts';
export { referenceKey } from './fhir/reference.ts';
export type { FhirTables, SearchParameter, SearchParameterType, TypeFacts } from './fhir/tables.ts';
// FHIR.
export type { FhirVersion, SecurityCategory } from './fhir/version.ts';
export { JsonEdit } from './json/edit.ts';
export { applyPatch } from './json/patch.ts';
export { removeElement } from './json/remove-element.ts';
// Bytes.
export {
  JsonDocument,
  type JsonKind,
  type JsonNode,
  type JsonValue,
  type Name,
  NONE,
  name,
  type ScanLimits,
  scan,
} from './json/scan.ts';
export { text } from './json/write.ts';
export type { Cursor } from './planning/cursor.ts';
export type { Dialect } from './planning/dialect.ts';
export { UpstreamRequest } from './planning/upstream-request.ts';
export { compilePolicies } from './policy/compile-policies.ts';
// What may be done.
export type { CompiledPolicies } from './policy/compiled.ts';
export type { PolicyDocument, PolicyRule } from './policy/document.ts';
export { policySchema } from './policy/schema.ts';
// What can go wrong, and what may be said about it.
export { type Answer, answers, Problem, type ProblemCode } from './problem.ts';
export type { AuthorizationEndpoints } from './release/capabilities.ts';
export { outcomeBody, type Severity } from './release/outcome-body.ts';
export { Released } from './release/released.ts';
export { canonicalTarget } from './request/canonical.ts';
// What is asked, and by whom.
export type * from './request/request.ts';
export { understand } from './request/understand.ts';
export { narrow } from './scope/narrow.ts';
export { parseScope, parseScopes } from './scope/parse-scope.ts';
export type * from './scope/scope.ts';
export { scopeCovers } from './scope/scope-covers.ts';
