/** The part of the policy schema that speaks of circumstances: how surely, when and from where the caller asks. */
import { list, oneOf, type Schema, word } from './schema-words.ts';

const clock: Schema = { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'a time of day as "hh:mm"' };

const time: Schema = {
  type: 'object',
  description: 'when the request comes: days, hours, or both',
  additionalProperties: false,
  required: ['zone'],
  minProperties: 2,
  properties: {
    zone: { type: 'string', minLength: 1, description: 'the time zone, such as Europe/Vienna' },
    days: list(oneOf('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'), 'days of the week'),
    from: clock,
    to: clock,
  },
};

const moment: Schema = {
  type: 'string',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$',
  description: 'a moment with its offset, such as 2026-05-01T00:00Z',
};

const common: Readonly<Record<string, Schema>> = {
  time,
  period: {
    type: 'object',
    description: 'a stretch of time; the start belongs to it, the end does not',
    additionalProperties: false,
    minProperties: 1,
    properties: { start: moment, end: moment },
  },
  networks: list(
    { type: 'string', pattern: '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$', description: 'an address or a network, such as 10.0.0.0/8' },
    'networks from which the caller asks',
  ),
  certificate: {
    ...oneOf('shown', 'trusted'),
    description: 'the client showed a certificate in the TLS handshake; trusted: one that our authorities vouch for',
  },
  issuers: list(word, 'issuers of the token'),
};

const assurance: Schema = {
  type: 'object',
  description: 'how surely, and how lately, the person signed in; who falls short of this alone is asked to sign in again',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    acr: list(word, 'authentication context classes, one of which is enough'),
    maxAge: { type: 'integer', minimum: 1, description: 'whole seconds since the sign-in, at most' },
  },
};

/** On a permit: the circumstances under which it holds. In `unless` of a deny: those under which it does not. */
export const environment: Schema = {
  type: 'object',
  description: 'circumstances; all that is given must hold',
  additionalProperties: false,
  minProperties: 1,
  properties: { assurance, ...common },
};
