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
    inherit: z
      .boolean()
      .default(true)
      .describe('What belongs to an encounter carries the labels of the encounter, too. Takes one look-up per page.'),
  })
  .prefault({});

export type LabelsSettings = z.infer<typeof labelsSection>;
