/** Fills an empty upstream: with the synthetic hospital, or with the user's own data; or looks at one that already runs. Tells who the personas are. */
import { fhirVersions, versionNamed } from '@fireguard/engine';
import { DataError } from '../data/data-error.ts';
import { loadData } from '../data/load-data.ts';
import { loadInto } from '../data/load-into.ts';
import { describeHospital, generateHospital } from '../hospital/generate-hospital.ts';
import { DemoProblem } from './options.ts';
import { boundCast, type Cast, castOf } from './personas.ts';

export interface Target {
  readonly url: string;
  readonly authorization: string;
}

export async function loadHospital(target: Target, now: Date, say: (line: string) => void): Promise<Cast> {
  const options = { seed: 'alder-vale', now };
  const resources = generateHospital(options);
  const encoder = new TextEncoder();
  const { resources: count, byType } = await loadInto(
    target,
    resources.map(({ type, id, text }) => ({
      type,
      id,
      bytes: encoder.encode(text),
      file: 'the synthetic hospital',
      placeholder: false,
    })),
  );
  say(
    `Alder Vale Hospital: ${count.toLocaleString('en')} synthetic resources of ${byType.size} types, ${byType.get('Patient')} patients`,
  );
  return castOf(describeHospital(options));
}

export async function loadOwnData(target: Target, path: string, say: (line: string) => void): Promise<Cast> {
  try {
    const { resources, byType } = await loadInto(target, loadData(path, say));
    if (resources === 0) throw new DemoProblem(`${path} holds no FHIR resource.`);
    say(`${resources.toLocaleString('en')} resources of ${byType.size} types loaded from ${path}`);
  } catch (error) {
    if (error instanceof DataError) throw new DemoProblem(error.message);
    throw error;
  }
  return boundCast(target);
}

/** Throws DemoProblem unless a FHIR server of a version that is served answers there. */
export async function lookAtUpstream(url: string, authorization: string | undefined): Promise<Cast> {
  const headers = { accept: 'application/fhir+json', ...(authorization === undefined ? {} : { authorization }) };
  let version: unknown;
  try {
    const answer = await fetch(`${url}/metadata`, { headers, redirect: 'error', signal: AbortSignal.timeout(15_000) });
    if (answer.status === 401 || answer.status === 403) {
      throw new DemoProblem(
        `${url} asks for a credential. Put its Authorization header into the environment variable FIREGUARD_UPSTREAM_AUTHORIZATION.`,
      );
    }
    if (!answer.ok)
      throw new DemoProblem(`${url}/metadata answered ${answer.status}: this is not the base URL of a FHIR server.`);
    version = ((await answer.json()) as { fhirVersion?: unknown }).fhirVersion;
  } catch (error) {
    if (error instanceof DemoProblem) throw error;
    if (error instanceof SyntaxError)
      throw new DemoProblem(`${url}/metadata is not JSON: this is not the base URL of a FHIR server.`);
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    throw new DemoProblem(`No FHIR server answers at ${url} (${cause?.code ?? (error as Error).name}).`);
  }
  const fhirVersion = typeof version === 'string' ? versionNamed(version) : undefined;
  if (fhirVersion === undefined)
    throw new DemoProblem(
      `${url} speaks FHIR ${String(version ?? 'of an unknown version')}; Fireguard protects ${fhirVersions.join(', ')}.`,
    );
  return { ...(await boundCast({ url, ...(authorization === undefined ? {} : { authorization }) })), fhirVersion };
}
