// Security labels (requirements.md Part 3): confidentiality from v3-Confidentiality, sensitivities from v3-ActCode.

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

const confidentialities = { R: 'restricted', V: 'very restricted' } as const;
const sensitivities = {
  ETH: 'substance abuse information sensitivity',
  SUD: 'substance use disorder information sensitivity',
  ETHUD: 'alcohol use disorder information sensitivity',
  OPIOIDUD: 'opioid use disorder information sensitivity',
  PSY: 'psychiatry disorder information sensitivity',
  MH: 'mental health information sensitivity',
  PSYTHPN: 'psychotherapy note information sensitivity',
  HIV: 'HIV/AIDS information sensitivity',
  STD: 'sexually transmitted disease information sensitivity',
  SEX: 'sexuality and reproductive health information sensitivity',
  PREGNANT: 'pregnancy information sensitivity',
  SDV: 'sexual assault, abuse, or domestic violence information sensitivity',
  VIO: 'violence information sensitivity',
  VIP: 'celebrity information sensitivity',
} as const;

export interface Label {
  readonly confidentiality: keyof typeof confidentialities;
  readonly sensitivities: readonly (keyof typeof sensitivities)[];
}

/** What goes into `meta.security`; an unlabelled resource is of normal confidentiality. */
export function security(label: Label): readonly unknown[] {
  return [
    { system: CONFIDENTIALITY, code: label.confidentiality, display: confidentialities[label.confidentiality] },
    ...label.sensitivities.map((code) => ({ system: ACT_CODE, code, display: sensitivities[code] })),
  ];
}
