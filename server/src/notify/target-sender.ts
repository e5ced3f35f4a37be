/** A target of the configuration as something that sends. `send` resolves when the other side has taken the notice; it throws Error with one line otherwise. */
import { appendFile } from 'node:fs/promises';
import type { NoticeTarget } from './config.ts';
import type { Notice } from './notice.ts';
import { postWebhook } from './post-webhook.ts';
import { mailer } from './send-mail.ts';

export interface TargetSender {
  send(notice: Notice): Promise<void>;
  close(): void;
}

export function targetSender(target: NoticeTarget, now: () => number): TargetSender {
  switch (target.kind) {
    case 'webhook':
      return { send: (notice) => postWebhook(target, notice.id, JSON.stringify(notice), now()), close: () => undefined };
    case 'mail':
      return mailer(target);
    case 'file':
      return {
        send: (notice) => appendFile(target.path, `${JSON.stringify(notice)}\n`, { mode: 0o600, flush: true }),
        close: () => undefined,
      };
  }
}
