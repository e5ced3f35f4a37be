/** What must be known beside the consents in order to judge by them; kept here, since the flow knows decisions and no consents. */
export { type ConsentWants, consentWants } from '../consent/wants.ts';
