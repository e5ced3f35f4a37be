/** The trail and what stands around it: notices, checkpoints, forwarding, feed, clock, retention. The start is on record before anything else is made, the stop when all the rest is over. */
import { randomUUID } from 'node:crypto';
import { loadCheckpointKey } from '../audit-log/checkpoint-key.ts';
import { type ClockWatch, watchClock } from '../audit-log/clock-watch.ts';
import { openAuditLog } from '../audit-log/open-audit-log.ts';
import { keepRetention, type Retention } from '../audit-log/retention.ts';
import type { FireguardConfig } from '../config/schema.ts';
import { listenSyslog } from '../feed/listen-syslog.ts';
import { openForwarder } from '../forward/forwarder.ts';
import type { Closing } from '../http/closing.ts';
import { checkpointNotice } from '../notify/checkpoint-notice.ts';
import { type Notifier, openNotifier } from '../notify/notifier.ts';
import type { Storage } from '../storage/storage.ts';

export interface TrailGiven {
  readonly config: FireguardConfig;
  readonly storage: Storage;
  /** Our FHIR base. */
  readonly base: string;
  /** Whether this process takes events in and lets old ones go. */
  readonly isRepository: boolean;
  /** Said in the record of the start. */
  readonly weak: readonly string[];
  readonly now: () => number;
  readonly tell: (line: string) => void;
  readonly closing: Closing;
}

export interface Trail {
  readonly notifier: Notifier;
  readonly audit: AuditParts;
  readonly clock: ClockWatch;
  readonly retention: Retention | undefined;
}

export type AuditParts = Awaited<ReturnType<typeof openAuditLog>>;

export async function openTrail({ config, storage, base, isRepository, weak, now, tell, closing }: TrailGiven): Promise<Trail> {
  const { db, cluster } = storage;
  const { site, observer, checkpoints, keepMonths, clock: watched } = config.audit;
  const notifier = openNotifier({ db, targets: config.notify.targets, now, tell });
  closing.first(() => notifier.close());
  const audit = await openAuditLog({
    home: config.home,
    node: cluster.node,
    storage,
    site: { site, observer, base },
    checkpoints: {
      key: await loadCheckpointKey(config.home, checkpoints.key),
      every: checkpoints.everySeconds * 1_000,
      file: checkpoints.file,
      announce: (line) => notifier.enqueue(checkpointNotice(line)).catch(() => undefined),
    },
    tell,
    now,
  });
  closing.first(() => audit.close());
  await audit.append(mark('start', weak.length === 0 ? undefined : `Weakened: ${weak.join(' ')}`));
  closing.first(() => audit.append(mark('stop', undefined)));
  const forwarder = openForwarder({ db, log: audit, targets: config.forward.targets, now, tell });
  closing.first(() => forwarder.close());
  if (isRepository) {
    const feed = await listenSyslog({ settings: config.feed, log: audit, base, tell });
    closing.first(() => feed.close());
  }
  const clock = watchClock({
    log: audit,
    now,
    server: watched.server,
    tolerance: watched.toleranceSeconds * 1_000,
    alarm(title) {
      tell(title);
      void notifier.enqueue({ topic: 'operation', title, text: title }).catch(() => undefined);
    },
  });
  closing.first(() => clock.stop());
  const retention =
    keepMonths === undefined || !isRepository
      ? undefined
      : keepRetention({ storage, log: audit, months: keepMonths, now, tell });
  closing.first(() => retention?.stop() ?? Promise.resolve());
  return { notifier, audit, clock, retention };
}

function mark(kind: 'start' | 'stop', reason: string | undefined): Parameters<AuditParts['append']>[0] {
  const nothing = { patients: [], resources: [], masked: [], withheld: 0, rules: [] };
  return {
    kind,
    outcome: 'permit',
    action: kind,
    ...nothing,
    requestId: randomUUID(),
    ...(reason === undefined ? {} : { reason }),
  };
}
