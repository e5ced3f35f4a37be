/** The options of `npm start`. Bad ones give one line that says what to do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Files or folders to load instead of the synthetic hospital. */
  readonly data: string | undefined;
  /** A FHIR server that already runs, no trailing slash. */
  readonly upstream: string | undefined;
  /** `Authorization` header value for it, from the environment variable FIREGUARD_UPSTREAM_AUTHORIZATION. */
  readonly upstreamAuthorization: string | undefined;
  readonly home: string;
  readonly port: number;
  readonly tls: boolean;
  /** Settings as in fireguard.yaml, laid over the demo's own. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly open: boolean;
  readonly state: string | undefined;
}

/** A line for the person at the keyboard; never a stack. */
export class DemoProblem extends Error {}

export const help = `npm start -- [options]

  --data PATH      load your own FHIR data (Bundles, NDJSON, single resources; .gz too) instead of the synthetic hospital
  --upstream URL   protect a FHIR server that already runs (its Authorization header: environment FIREGUARD_UPSTREAM_AUTHORIZATION)
  --home DIR       where database, keys and audit journal live   (default: ./.fireguard)
  --port P         pages at localhost:P, FHIR API at 127.0.0.1:P+1   (default: 8080)
  --tls            serve HTTPS with a test certificate authority made for this home
  --config FILE    a JSON file of settings as in fireguard.yaml, laid over the demo's own
  --state FILE     write URLs, personas, clients and their secrets as JSON once everything answers
  --no-open        do not open a browser`;

export function readOptions(args: readonly string[], directory: string): DemoOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const port = Number(values.port ?? '8080');
  if (!Number.isInteger(port) || port < 1 || port > 65534)
    throw new DemoProblem(`--port takes a number from 1 to 65534, not “${values.port}”.`);
  if (values.data !== undefined && values.upstream !== undefined)
    throw new DemoProblem('--data and --upstream exclude each other: data are loaded into the demo’s own FHIR server.');
  return {
    data: values.data === undefined ? undefined : path.resolve(directory, values.data),
    upstream: values.upstream === undefined ? undefined : upstreamUrl(values.upstream),
    upstreamAuthorization: process.env['FIREGUARD_UPSTREAM_AUTHORIZATION'],
    home: path.resolve(directory, values.home ?? '.fireguard'),
    port,
    tls: values.tls ?? false,
    settings: values.config === undefined ? {} : settingsIn(path.resolve(directory, values.config)),
    open: values.open ?? true,
    state: values.state === undefined ? undefined : path.resolve(directory, values.state),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        data: { type: 'string' },
        upstream: { type: 'string' },
        home: { type: 'string' },
        port: { type: 'string' },
        tls: { type: 'boolean' },
        config: { type: 'string' },
        open: { type: 'boolean' },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new DemoProblem(`${(error as Error).message.split('. ')[0]}. “npm start -- --help” lists the options.`);
  }
}

function settingsIn(file: string): Readonly<Record<string, unknown>> {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new DemoProblem(`--config takes a JSON file, and ${file} is none that can be read.`);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new DemoProblem(`${file} does not hold a JSON object.`);
  return read as Readonly<Record<string, unknown>>;
}

function upstreamUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new DemoProblem(
      `--upstream takes the base URL of a FHIR server, such as https://hapi.example.org/fhir, not “${text}”.`,
    );
  if (url.search !== '' || url.hash !== '' || url.username !== '')
    throw new DemoProblem('--upstream takes a bare base URL: no query, fragment or password in it.');
  return url.href.replace(/\/+$/, '');
}
