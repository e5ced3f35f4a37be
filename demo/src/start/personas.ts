/** Who the demo's personas are: the cast of the synthetic hospital, or whoever fits best in data that were not made for it. */
import { randomInt } from 'node:crypto';
import type { FhirVersion } from '@fireguard/engine';
import { bindPersonas } from '../binding/bind-personas.ts';
import { PERSONAS, type PersonaFact, type PersonaName } from '../binding/persona.ts';
import type { HospitalCast } from '../hospital/generate-hospital.ts';
import type { DemoPersona } from './demo-file.ts';
import { DemoProblem } from './options.ts';

export interface Cast {
  readonly personas: readonly DemoPersona[];
  /** Relations that the data do not state: Fireguard keeps them itself. */
  readonly facts: readonly PersonaFact[];
  readonly notes: readonly string[];
  /** Of the server behind; left out = R4. */
  readonly fhirVersion?: FhirVersion;
}

export function castOf(hospital: HospitalCast): Cast {
  const names = Object.keys(PERSONAS) as PersonaName[];
  const personas = names.map((name) => persona(name, hospital[name].display, hospital[name].fhirUser));
  return { personas, facts: [], notes: names.map((name) => `${name}: ${hospital[name].display}`) };
}

export async function boundCast(source: { readonly url: string; readonly authorization?: string }): Promise<Cast> {
  try {
    const binding = await bindPersonas({ url: source.url, authorization: source.authorization ?? '' });
    return {
      personas: binding.personas.map(({ name, display, fhirUser }) => persona(name, display, fhirUser)),
      facts: binding.personas.flatMap(({ facts }) => facts),
      notes: binding.notes,
    };
  } catch (error) {
    throw new DemoProblem((error as Error).message);
  }
}

function persona(name: PersonaName, display: string, fhirUser: string | undefined): DemoPersona {
  return {
    name,
    username: name,
    password: password(),
    // Who works where emergencies arrive may break the glass: a privilege of its own.
    roles: name === 'emergency-physician' ? [PERSONAS[name], 'break-the-glass'] : [PERSONAS[name]],
    display,
    ...(fhirUser === undefined ? {} : { fhirUser }),
  };
}

/** Four words of sixty-four and two digits, about 30 bits: for a throttled sign-in on this machine, easy to type. */
function password(): string {
  const word = () => WORDS[randomInt(WORDS.length)]!;
  return `${word()}-${word()}-${word()}-${word()}-${randomInt(10, 100)}`;
}

const WORDS =
  'acorn amber anchor apple arrow aspen badge basil beech birch blaze bloom brook cedar cliff clover cobalt coral crane daisy delta drift ember fable falcon fern flint forest frost garnet ginger glade harbor hazel heron indigo ivory juniper kestrel lantern larch lemon lilac maple marble meadow mint nettle oak olive onyx opal otter pebble pine quartz raven reed river robin saffron sage willow'.split(
    ' ',
  );
