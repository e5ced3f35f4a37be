/** SMART App Launch 2.2 §Launch context parameters: what token, refresh and introspection answers say and repeat. */
import type { LaunchMore } from '../../storage/schema.ts';
import { purposeText } from '../purposes.ts';
import { smartStyle } from './smart-style.ts';

export interface LaunchInContext {
  readonly patient?: string | null | undefined;
  readonly encounter?: string | null | undefined;
  /** Empty or undefined where no EHR launched; an EHR's says always whether a banner is needed. */
  readonly more?: LaunchMore | undefined;
}

export function launchParameters(context: LaunchInContext | undefined, issuer: string): Readonly<Record<string, unknown>> {
  if (context === undefined) return {};
  const { patient, encounter, more = {} } = context;
  const { fhirContext, intent, needPatientBanner, smartStyleUrl, tenant, purposes } = more;
  return {
    ...(patient == null ? {} : { patient, need_patient_banner: needPatientBanner ?? true }),
    ...(encounter == null ? {} : { encounter }),
    ...(fhirContext === undefined ? {} : { fhirContext }),
    ...(intent === undefined ? {} : { intent }),
    ...(needPatientBanner !== undefined ? { smart_style_url: smartStyleUrl ?? issuer + smartStyle.path } : {}),
    ...(tenant === undefined ? {} : { tenant }),
    ...(purposes === undefined ? {} : { purpose_of_use: purposes.map(purposeText) }),
  };
}
