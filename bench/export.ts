/**
 * `npm run bench -- export [--megabytes 1000] [--json]`: an export of so many megabytes from kick-off to the last line, and the resident memory of the gateway's
 * process on the way. What must be seen: that memory does not grow with what streams through.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { exported, kickOff, type Manifest, settled } from '../server/test/flows/export/place.ts';
import { registerBackend } from '../server/test/flows/whole/backend.ts';
import { bytesOfOne, exportUpstream } from './export-upstream.ts';

export interface ExportFigures {
  readonly megabytes: number;
  readonly resources: number;
  readonly files: number;
  /** Resident megabytes: after a small export, and the most during the job and during the fetching. */
  readonly rss: { readonly before: number; readonly job: number; readonly fetching: number };
  readonly seconds: { readonly job: number; readonly fetching: number };
}

export async function exportThrough(megabytes: number): Promise<ExportFigures> {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-'));
  const upstream = await exportUpstream(Math.ceil((megabytes * 1e6) / bytesOfOne));
  const args = ['--conditions=fireguard-source', path.join(import.meta.dirname, 'export-gateway.ts'), home, upstream.url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let most = 0;
  const resident = (): number => {
    const now = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    most = Math.max(most, now);
    return now;
  };
  const sampling = setInterval(() => child.exitCode === null && resident(), 100);
  try {
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout! }).once('line', resolve);
      child.once('exit', () => reject(new Error('the gateway ended before it was ready')));
    });
    const { issuer, fhir, admin } = JSON.parse(line) as { issuer: string; fhir: string; admin: string };
    const backend = await registerBackend(issuer, admin);
    await exported(fhir, '/$export?_type=Observation&_since=2100-01-01', await backend.token('system/*.rs')).catch(
      () => undefined,
    );
    const before = resident();
    most = 0;
    let began = performance.now();
    const accepted = await kickOff(fhir, '/$export?_type=Observation', await backend.token('system/*.rs'));
    const status = accepted.headers.get('content-location')!;
    let done = await settled(status, await backend.token('system/*.rs')).catch(() => undefined);
    while (done === undefined) done = await settled(status, await backend.token('system/*.rs')).catch(() => undefined);
    const { output } = (await done.json()) as Manifest;
    const job = { most: Math.round(most), seconds: (performance.now() - began) / 1000 };
    most = 0;
    began = performance.now();
    let [bytes, resources] = [0, 0];
    for (const { url } of output) {
      const file = await fetch(url, { headers: { authorization: `Bearer ${await backend.token('system/*.rs')}` } });
      if (file.status !== 200) throw new Error(`${file.status} ${await file.text()}`);
      for await (const chunk of file.body!) {
        bytes += chunk.length;
        for (const byte of chunk) if (byte === 0x0a) resources++;
      }
    }
    return {
      megabytes: Math.round(bytes / 1e6),
      resources,
      files: output.length,
      rss: { before: Math.round(before), job: job.most, fetching: Math.round(most) },
      seconds: { job: Number(job.seconds.toFixed(1)), fetching: Number(((performance.now() - began) / 1000).toFixed(1)) },
    };
  } finally {
    clearInterval(sampling);
    child.disconnect();
    await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0)));
    upstream.server.closeAllConnections();
    upstream.server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && /bench\/main\.ts$/.test(pathToFileURL(process.argv[1]).pathname)) {
  const at = process.argv.indexOf('--megabytes');
  const figures = await exportThrough(at < 0 ? 1000 : Number(process.argv[at + 1]));
  const { megabytes, resources, files, rss, seconds } = figures;
  console.log(
    process.argv.includes('--json')
      ? JSON.stringify(figures)
      : `export of ${megabytes} MB, ${resources} resources in ${files} files: job ${seconds.job} s, fetching ${seconds.fetching} s (${(megabytes / seconds.fetching).toFixed(1)} MB/s). Resident: ${rss.before} MB before, at most ${rss.job} MB in the job and ${rss.fetching} MB while fetching`,
  );
}
