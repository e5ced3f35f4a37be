/** Which PostgreSQL, and what seals the secrets in it. */
import type { FireguardConfig } from '../config/schema.ts';
import { sealSecrets } from '../storage/seal-file.ts';
import type { openStorage } from '../storage/storage.ts';

export async function storageOptions({ storage, home }: FireguardConfig): Promise<Parameters<typeof openStorage>[0]> {
  const secrets = { sealSecrets: await sealSecrets(home, storage.keySeals) };
  const node = storage.node === undefined ? {} : { node: storage.node };
  return storage.url === undefined || storage.mode === 'managed'
    ? { mode: 'managed', home, ...node, ...secrets }
    : { mode: 'external', url: storage.url, ...node, ...secrets };
}
