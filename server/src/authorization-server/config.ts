/** The authorization server's section of the configuration. */
import { z } from 'zod';

export const authorizationServerSection = z
  .strictObject({
    hospital: z.string().min(1).max(100).default('Fireguard').describe('Name on the sign-in pages.'),
    helpLine: z
      .string()
      .min(3)
      .max(100)
      .default('your administrator')
      .describe('Telephone number or mail address shown to people who need help, day and night.'),
    privacy: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where you say what you do with data; linked at the foot of every page.'),
    accessibility: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Your accessibility statement; linked at the foot of every page.'),
    logo: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A small SVG file, the hospital's mark: shapes only; anything else in it stops the start. Default: a quiet mark of ours.",
      ),
    stayConnectedDays: z
      .int()
      .min(1)
      .max(366)
      .default(92)
      .describe('How long "stay connected" lasts: life of a refresh token with offline_access, in days.'),
    jwtAudiences: z
      .array(z.url({ protocol: /^https?$/ }).max(500))
      .max(50)
      .default([])
      .describe(
        'Other FHIR servers (their base URLs, without a slash at the end) that check our tokens themselves: clients registered for them get JWTs of five minutes.',
      ),
  })
  .prefault({});
