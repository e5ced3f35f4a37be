/** The authorization server's section of the configuration. */
import { z } from 'zod';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const authorizationServerSection = z
  .strictObject({
    hospital: z.string().min(1).max(100).default('Fireguard').describe('Name on the sign-in pages.'),
    languages: z
      .array(z.enum(['en', 'de']))
      .min(1)
      .max(2)
      .default(['en', 'de'])
      .describe(
        'Languages of the pages, the usual one first: a person gets what the app or their browser asks for among them.',
      ),
    timeZone: z
      .string()
      .max(60)
      .default('UTC')
      .refine(isTimeZone, 'It must be a time zone such as Europe/Berlin.')
      .describe('Times on the pages are told as the clocks in this time zone show them (IANA name, such as Europe/Berlin).'),
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
    access: z
      .strictObject({
        website: z.url({ protocol: /^https$/ }).describe('The organisation’s website; its identifier in the bundle.'),
        portal: z
          .url({ protocol: /^https$/ })
          .optional()
          .describe('Where patients sign in to their portal.'),
        logo: z
          .url({ protocol: /^https$/ })
          .optional()
          .describe('A logo that apps may show.'),
        city: z.string().min(1).max(100).optional(),
        state: z.string().min(1).max(100).optional(),
        postalCode: z.string().min(1).max(20).optional(),
        country: z.string().min(2).max(2).optional().describe('Two letters, ISO 3166.'),
        identifiers: z
          .array(z.strictObject({ system: z.string().min(1).max(500), value: z.string().min(1).max(200) }))
          .max(20)
          .default([])
          .describe('Other identifiers of the organisation, such as its NPI.'),
      })
      .optional()
      .describe(
        'User-access brands (SMART App Launch 2.2): how apps that list hospitals show this one. Default: no such document.',
      ),
    securityContact: z
      .string()
      .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/)
      .max(500)
      .optional()
      .describe('`mailto:` or https address for whoever finds a hole (security.txt, RFC 9116). Default: no such document.'),
    dpopNonces: z
      .enum(['offered', 'required'])
      .default('offered')
      .describe(
        'Nonces for DPoP proofs (RFC 9449 §8 and §9), at the token endpoint and at the API: `required` refuses proofs without one.',
      ),
    iua: z
      .strictObject({
        organization: z.string().min(1).max(200).optional().describe('Name of the organisation of those who sign in here.'),
        organizationId: z
          .string()
          .regex(/^(https?:\/\/\S+|urn:oid:[0-9.]+)$/, 'a URL or urn:oid:')
          .optional()
          .describe('Its identifier: a URL or `urn:oid:`.'),
      })
      .optional()
      .describe(
        'IHE IUA: JWTs and introspection carry `extensions.ihe_iua` (name, roles, purposes, whose record is open), and the API says that it knows IUA. Default: not.',
      ),
    jwtAudiences: z
      .array(z.url({ protocol: /^https?$/ }).max(500))
      .max(50)
      .default([])
      .describe(
        'Other FHIR servers (their base URLs, without a slash at the end) that check our tokens themselves: clients registered for them get JWTs of five minutes.',
      ),
  })
  .prefault({});
