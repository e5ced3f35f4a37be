// biome-ignore-all assist/source/organizeImports: in the order in which an embedder meets them
/**
 * The whole public surface of the engine, in the order of a request: understand it, decide, enforce, record. Makers of sealed values (`mint…`)
 * are absent on purpose: a host can send only what was planned and answer only with what was released.
 */

// What can go wrong, and what may be said about it.
export { type Answer, answers, Problem, type ProblemCode } from './problem.ts';
export { outcomeBody, type Severity } from './release/outcome-body.ts';
export { wantsXml } from './request/accept.ts';
export { xmlOf } from './xml/xml-of.ts';

// Bytes.
export { JsonDocument, NONE, name, scan } from './json/scan.ts';
export type { JsonKind, JsonNode, JsonValue, Name, ScanLimits } from './json/scan.ts';
export { JsonEdit } from './json/edit.ts';
export { removeElement } from './json/remove-element.ts';
export { applyPatch } from './json/patch.ts';
export { text } from './json/write.ts';

// FHIR.
export { fhirTables } from './fhir/fhir-tables.ts';
export { withTypes } from './fhir/with-types.ts';
export { r4 } from './fhir/r4.ts';
export { type FhirVersion, fhirVersions, type SecurityCategory, versionNamed } from './fhir/version.ts';
export type { FhirTables, SearchParameter, SearchParameterType, TypeFacts } from './fhir/tables.ts';
export { type ElementPath, elementNodes, elementPath } from './fhir/element-path.ts';
export { isId } from './fhir/id.ts';
export { referenceKey } from './fhir/reference.ts';
export { patientsOf } from './compartment/patients-of.ts';
export { inCompartment } from './compartment/in-compartment.ts';
export { searchMatcher } from './matching/search-matcher.ts';
export { type SearchOrder, searchOrder } from './matching/search-order.ts';
export type { SortKey } from './matching/sort-key.ts';

// What is asked.
export { understand } from './request/understand.ts';
export { canonicalTarget } from './request/canonical.ts';
export type * from './request/request.ts';

// Who asks.
export type { Caller, Coding, Override } from './caller.ts';
export { parseScope, parseScopes } from './scope/parse-scope.ts';
export { scopeCovers } from './scope/scope-covers.ts';
export { narrow } from './scope/narrow.ts';
export { isEnforceableScope } from './decision/scope-constraint.ts';
export type * from './scope/scope.ts';

// What patients want.
export { type ReadConsent, readConsent } from './consent/read-consent.ts';
export { type PcfAnswer, type PcfClaims, pcfClaims } from './consent/pcf-residual.ts';
export type { ConsentContext } from './consent/consent-effect.ts';
export type { ConsentRules } from './consent/consent-effect.ts';
export { isPurpose, normalisePurpose, purposeReaches, purposeSystem } from './terminology/purpose.ts';

// How sensitive it is.
export { compileLabelRules } from './label/compile-label-rules.ts';
export { labelRulesSchema } from './label/label-rules-schema.ts';
export { labelsOf } from './label/labels-of.ts';
export type { Labels, LabelCode } from './label/labels.ts';
export type { CompiledLabelRules, LabelRule, LabelRulesDocument } from './label/label-rules.ts';
export { confidentialityCode, confidentialityRank } from './terminology/confidentiality.ts';

// What may be done.
export { compilePolicies } from './policy/compile-policies.ts';
export { type CodeSet, valueSets } from './terminology/value-set.ts';
export { policySchema } from './policy/schema.ts';
export type { CompiledPolicies } from './policy/compiled.ts';
export { importPermission, type PermissionContext } from './permission/import-permission.ts';
export type { CallerCondition, PolicyDocument, PolicyRule } from './policy/document.ts';
export { decide } from './decision/decide.ts';
export { mayBreakGlass } from './decision/may-break-glass.ts';
export { type Explanation, explain, explainer } from './decision/explain.ts';
export type { LabelProtection, Protection } from './decision/protection.ts';
export type { Pseudonyms } from './decision/pseudonyms.ts';
export type { NearMiss } from './decision/near-misses.ts';
export type { TraceStep } from './decision/trace.ts';
export { Permit } from './decision/permit.ts';
export type { Candidate, DenyAs, KnownFacts, Refusal, Sight, Verdict } from './decision/permit.ts';
export { checkBook, checkCallers, checkCase } from './case/check-case.ts';
export {
  type Callers,
  type CaseWorld,
  type DecidedCase,
  type Difference,
  decideCase,
  differences,
  type WorldOf,
} from './case/decide-case.ts';
export { caseSentence } from './case/case-sentence.ts';
export type { CallerWords, Case, CaseBook, CaseResult } from './case/case.ts';
export type { Decision } from './decision/decision.ts';

// The flow: what it is given, what it needs, how it ends.
export { enforce } from './enforcement/enforce.ts';
export { type Export, exportOf } from './enforcement/export.ts';
export type { ExportPage } from './enforcement/export-page.ts';
export type { ExportPart, ExportPlan } from './enforcement/plan-export.ts';
export type { Given } from './enforcement/given.ts';
export type * from './enforcement/need.ts';
export type { Denied, Disclosure, Outcome } from './enforcement/outcome.ts';
export type { Dialect } from './planning/dialect.ts';
export type { Cursor } from './planning/cursor.ts';
export { UpstreamRequest } from './planning/upstream-request.ts';
export type { AuthorizationEndpoints } from './release/capabilities.ts';
export { Released } from './release/released.ts';

// The record of it.
export { type AuditInput, auditRecord } from './audit-event/audit-record.ts';
export { type AuditSite, auditEvent, auditEvents } from './audit-event/audit-events.ts';
export { dicomMessage } from './audit-event/dicom-message.ts';
export { readDicomMessage } from './audit-event/read-dicom-message.ts';
export { eventPlan, recordOfEvent } from './audit-event/event-ids.ts';
export { isDisclosure } from './audit-event/is-disclosure.ts';
export { roleCodings } from './audit-event/role-codes.ts';
export type { AuditKind, AuditOutcome, AuditRecord } from './audit-event/record.ts';
