/** DICOM PS3.15 A.5 and IHE BALP for what is not a FHIR request: signing in, tokens, administration, reading the audit log, start and stop. */
import { BALP_AGENT, BALP_AUTHZ, type Code, DCM, IHE_EVENT, PARTICIPATION } from './codes.ts';
import type { AuditKind } from './record.ts';

export interface ActivityPattern {
  readonly type: Code;
  readonly subtypes: readonly Code[];
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  readonly server: Code;
}

const application: Code = { system: DCM, code: '110150', display: 'Application' };
const authentication: Code = { system: DCM, code: '110114', display: 'User Authentication' };
const securityAlert: Code = { system: DCM, code: '110113', display: 'Security Alert' };
const lifeCycle: Code = { system: DCM, code: '110100', display: 'Application Activity' };

export const clientRole = application;
export const userRole: Code = { system: PARTICIPATION, code: 'IRCP', display: 'information recipient' };

export function activityPattern(kind: Exclude<AuditKind, 'request' | 'intent' | 'received'>, action: string): ActivityPattern {
  const here = { action: 'E', server: application } as const;
  switch (kind) {
    case 'sign-in':
      return { ...here, type: authentication, subtypes: [{ system: DCM, code: '110122', display: 'Login' }] };
    case 'sign-out':
      return { ...here, type: authentication, subtypes: [{ system: DCM, code: '110123', display: 'Logout' }] };
    case 'token':
      return {
        type: authentication,
        subtypes: [{ system: IHE_EVENT, code: 'ITI-71', display: 'Get Access Token' }],
        action: 'E',
        server: { system: BALP_AGENT, code: 'AuthzOauthService' },
      };
    case 'consent-page':
      return { ...here, type: securityAlert, subtypes: [{ system: BALP_AUTHZ, code: 'AuthZ-Consent' }] };
    case 'administration':
      return { ...here, type: securityAlert, subtypes: [administrationOf(action)] };
    case 'break-glass':
      return { ...here, type: securityAlert, subtypes: [breakGlassOf(action)] };
    case 'audit-read':
      return { ...here, type: { system: DCM, code: '110101', display: 'Audit Log Used' }, subtypes: [], action: 'R' };
    case 'start':
      return { ...here, type: lifeCycle, subtypes: [{ system: DCM, code: '110120', display: 'Application Start' }] };
    case 'stop':
      return { ...here, type: lifeCycle, subtypes: [{ system: DCM, code: '110121', display: 'Application Stop' }] };
  }
}

/** DICOM has a code for the beginning and one for the end; a review is neither. */
function breakGlassOf(action: string): Code {
  if (action === 'glass-closed') return { system: DCM, code: '110138', display: 'Emergency Override Stopped' };
  if (action === 'glass-reviewed' || action === 'glass-noted')
    return { system: DCM, code: '110129', display: 'Security Configuration' };
  return { system: DCM, code: '110127', display: 'Emergency Override Started' };
}

/** `action`: the act, such as `user-disabled` or `client-added`. */
function administrationOf(action: string): Code {
  if (action.startsWith('user-')) return { system: DCM, code: '110137', display: 'User Security Attributes Changed' };
  if (action.startsWith('role-')) return { system: DCM, code: '110136', display: 'Security Roles Changed' };
  return { system: DCM, code: '110129', display: 'Security Configuration' };
}
