/** AuthZEN §9: what this decision point offers, and where. */

export const paths = Object.freeze({
  evaluation: '/access/v1/evaluation',
  evaluations: '/access/v1/evaluations',
  subjects: '/access/v1/search/subject',
  resources: '/access/v1/search/resource',
  actions: '/access/v1/search/action',
  fhir: '/access/fhir',
  forward: '/access/forward',
  envoy: '/access/envoy',
});

/** `origin`: of the host that the doors are on, without a slash at its end. */
export function metadata(origin: string): object {
  return {
    policy_decision_point: origin,
    access_evaluation_endpoint: origin + paths.evaluation,
    access_evaluations_endpoint: origin + paths.evaluations,
    search_subject_endpoint: origin + paths.subjects,
    search_resource_endpoint: origin + paths.resources,
    search_action_endpoint: origin + paths.actions,
    supported_obligations: ['custom'],
  };
}
