/**
 * Security codes that HL7 Terminology (THO, CC0) has added since the edition of the code systems in the definitions package: without them a
 * newer label would count as unknown, which is safe but closes more than it must. One `code parent` each, by code system.
 */
export const additions: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'v3-ActCode',
    [
      'IDS _ActInformationSensitivityPolicy',
      'PREGNANT _ActInformationSensitivityPolicy',
      'PATLOC _EntitySensitivityPolicyType',
      'VIP _InformationSensitivityPolicy',
      'CDSSCOMPT COMPT',
      'PROCESSINLINELABEL ObligationPolicy',
      'CPLYCC CPLYPOL',
      'CPLYCD CPLYPOL',
      'CPLYCUI CPLYPOL',
      'CPLYJPP CPLYPOL',
      'CPLYJSP CPLYPOL',
      'CPLYOPP CPLYPOL',
      'CPLYOSP CPLYPOL',
      'CUIMark PRIVMARK',
      'PrivacyMark SecurityPolicy',
      'SecurityLabelMark PrivacyMark',
      'ConfidentialMark SecurityLabelMark',
      'COPYMark SecurityLabelMark',
      'DeliverToAddresseeOnlyMark SecurityLabelMark',
      'RedisclosureProhibitionMark SecurityLabelMark',
      'RestrictedConfidentialityMark SecurityLabelMark',
      'DRAFTMark SecurityLabelMark',
    ],
  ],
  ['v3-ActReason', ['MLTRAINING HOPERAT', 'PMTDS HPAYMT', 'TREATDS TREAT']],
  ['v3-ObservationValue', ['AIAST _SECINTPRVABOBV', 'DICTAST _SECINTPRVABOBV', 'TRSTFWKOBV SECTRSTOBV']],
]);
