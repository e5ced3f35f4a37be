/** What a script needs to know of a running demo. Written once everything answers, mode 0600, whole or not at all; also kept where `fireguard token` looks. */
import { unlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { type DemoClient, type DemoPersona, writePrivately } from './demo-file.ts';

export interface State {
  /** FHIR base. No URL ends in `/`. */
  readonly fhir: string;
  readonly issuer: string;
  readonly admin: { readonly url: string; readonly token: string };
  readonly console: string;
  /** The simulated EHR. */
  readonly ehr: string;
  /** The server behind, and the credential that it answers to. */
  readonly upstream: { readonly url: string; readonly authorization: string };
  /** PEM of the test authority, with `--tls`. */
  readonly ca?: string;
  readonly personas: readonly Omit<DemoPersona, 'display'>[];
  readonly clients: readonly DemoClient[];
}

/** Where the state of the demo on a port is kept while it runs. */
export function sharedStateFile(port: number): string {
  return path.join(tmpdir(), `fireguard-${userInfo().uid}`, `demo-${port}.json`);
}

export function writeState(files: readonly string[], state: State): void {
  for (const file of files) writePrivately(file, state);
}

export function removeState(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It is gone already: that is what was wanted.
  }
}
