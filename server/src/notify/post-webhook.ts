/** One signed POST of JSON. The other side has taken it when it answers 2xx; no redirect is followed, and what it says is not read. */
import { request } from 'undici';
import { webhookSignature } from './webhook-signature.ts';

export interface Webhook {
  readonly url: string;
  readonly secret: string;
}

/** `id`: the same for each try, so that the other side can tell. Throws Error with one line, without the URL's query or the secret. */
export async function postWebhook({ url, secret }: Webhook, id: string, body: string, now: number): Promise<void> {
  const { statusCode, body: answer } = await request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      'fireguard-signature': webhookSignature(body, secret, now),
    },
    body,
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
  await answer.dump({ limit: 65_536 }).catch(() => undefined);
  if (statusCode < 200 || statusCode > 299) throw new Error(`it answered ${statusCode}`);
}
