/** How people sign in: what their role demands, which passwords are known to be stolen, how long a session lasts, who else may vouch for them. */
import { z } from 'zod';

const provider = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .describe('Part of the address to which it returns: <issuer>/sign-in/external/<id>.'),
  name: z.string().min(1).max(60).describe('On the button: "Sign in with …".'),
  issuer: z.url().describe('Its OpenID issuer. https beyond loopback.'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional().describe('Write it as a reference. Left out: a public client with PKCE.'),
  scope: z.string().default('openid profile').describe('What it is asked for.'),
  createPeople: z
    .boolean()
    .default(false)
    .describe('Make a person for whoever it vouches for. Otherwise only identities that were linked come in.'),
  nameClaim: z.string().default('name').describe('Claim with the name that others see, of people made here.'),
  fhirUserClaim: z.string().optional().describe('Claim with the FHIR resource of people made here, such as Practitioner/123.'),
  roleClaim: z.string().optional().describe('Claim with groups or roles; only what stands in `roles` becomes a role here.'),
  roles: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .describe('From a value of roleClaim to roles here. Nothing else gives a role.'),
  acceptSecondFactor: z
    .boolean()
    .default(false)
    .describe(
      'Take its word (amr holds mfa) that there was a second factor. Otherwise ours is asked for where a role needs one.',
    ),
});

export const signInSection = z
  .strictObject({
    secondFactorRoles: z
      .array(z.string())
      .default([])
      .describe('Roles whose holders must prove themselves twice. Whoever has set up a second step is always asked for it.'),
    scopesByRole: z
      .record(z.string(), z.string().max(4000))
      .default({})
      .describe(
        'The most that apps get in the name of people, by role: space-delimited SMART scopes, such as `patient: patient/*.rs`. Counts where all roles of a person are named; policy decides all the same.',
      ),
    breachedPasswords: z
      .string()
      .optional()
      .describe(
        'A file of SHA-1 hashes sorted by hash (HASH or HASH:COUNT a line), or a folder of one file per five digits (SUFFIX:COUNT).',
      ),
    sessionHours: z.int().min(1).max(24).default(8).describe('The longest that a session lasts after signing in.'),
    idleMinutes: z
      .int()
      .min(5)
      .max(1440)
      .default(60)
      .describe('A session ends when nothing was done with it for so long, unless its person asked to stay signed in.'),
    providers: z.array(provider).max(20).default([]).describe('Other OpenID providers that people may sign in with.'),
  })
  .prefault({});

export type SignInSettings = z.output<typeof signInSection>;
export type ExternalProviderSettings = z.output<typeof provider>;
