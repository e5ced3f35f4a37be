/** What must be known beside patients in order to judge; kept here, since the flow knows decisions, and neither consents nor labels. */
export { consentWants } from '../consent/wants.ts';
export { containersOf } from '../label/containers-of.ts';
