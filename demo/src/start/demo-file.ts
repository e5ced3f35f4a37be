/**
 * What a home remembers between starts: where its data came from, and the secrets of its personas and clients, so that a second start says the same
 * passwords. Mode 0600; written whole and renamed into place.
 */

import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { FhirVersion } from '@fireguard/engine';
import { DemoProblem } from './options.ts';

export interface DemoClient {
  readonly client_id: string;
  readonly kind: 'public' | 'symmetric' | 'asymmetric' | 'backend';
  readonly client_secret?: string;
  readonly private_jwk?: JsonWebKey & { readonly kid?: string };
  readonly redirect_uris: readonly string[];
  readonly scope: string;
}

export interface DemoPersona {
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly fhirUser?: string;
  readonly display: string;
}

/** `<home>/demo.json`. */
export interface DemoFile {
  /** `hospital`, or `data:<path>`, or `upstream:<url>`. */
  readonly source: string;
  readonly personas: readonly DemoPersona[];
  readonly clients: readonly DemoClient[];
  /** The simulated EHR's own clients, for the address that it had; apart, because nobody else uses them. */
  readonly ehr?: { readonly service: DemoClient; readonly app: DemoClient };
  /** Lines about how personas were bound to the data. */
  readonly notes: readonly string[];
  /** Of the server behind; left out = R4. */
  readonly fhirVersion?: FhirVersion;
}

export function readDemoFile(home: string): DemoFile | undefined {
  const file = path.join(home, 'demo.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DemoProblem(`Cannot read ${file}: ${(error as Error).message}.`);
  }
  try {
    return JSON.parse(text) as DemoFile;
  } catch {
    throw new DemoProblem(`${file} is not readable as JSON. Take another --home, or remove this one to begin anew.`);
  }
}

export function writeDemoFile(home: string, content: DemoFile): void {
  writePrivately(path.join(home, 'demo.json'), content);
}

/** JSON, mode 0600, whole or not at all. */
export function writePrivately(file: string, content: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const next = `${file}.${process.pid}.new`;
  try {
    const handle = openSync(next, 'wx', 0o600);
    try {
      writeSync(handle, `${JSON.stringify(content, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    chmodSync(next, 0o600);
    renameSync(next, file);
  } catch (error) {
    try {
      unlinkSync(next);
    } catch {
      // It was never made; the first error is the one to tell.
    }
    throw new DemoProblem(`Cannot write ${file}: ${(error as Error).message}.`);
  }
}
