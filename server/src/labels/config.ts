/** The labels' section of the configuration. */
import { z } from 'zod';

export const labelsSection = z
  .strictObject({
    rules: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Files of label rules, or folders of them, in YAML; value sets that they name are loaded from policies.valueSets. Default: the rules that come with Fireguard. An empty list = only the labels that resources carry.',
      ),
    elements: z
      .record(z.string().regex(/^[A-Z][A-Za-z]+$/), z.array(z.string().regex(/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*$/)).min(1))
      .default({})
      .describe(
        'By type: elements whose inline labels (DS4P) hide the element alone: `Patient: [address, telecom]`. Elsewhere an inline label counts for the whole resource.',
      ),
    onBundles: z
      .boolean()
      .default(true)
      .describe(
        'Bundles that are answered carry the highest confidentiality of what is in them, the purposes of use and the duties. Of what is masked, the highest that the rules reach is told, whatever it is.',
      ),
    onResources: z
      .boolean()
      .default(false)
      .describe(
        'What is about a patient leaves with its confidentiality (N where nothing says more) and its sensitivities, as the rules find them. What is masked tells no sensitivities, and the highest confidentiality that the rules reach. Nothing is stored.',
      ),
    inherit: z
      .boolean()
      .default(true)
      .describe('What belongs to an encounter carries the labels of the encounter, too. Takes one look-up per page.'),
  })
  .prefault({});

export type LabelsSettings = z.infer<typeof labelsSection>;
