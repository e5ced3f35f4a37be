/**
 * The key that signs checkpoints: Ed25519, given by the operator (PEM), or made once in `<home>/audit-key.pem`, readable by its owner alone. Its public
 * half is written beside it, to be taken away: who verifies should hold a copy that this machine cannot change.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../storage/storage-error.ts';

export const publicKeyName = 'audit-key.pub.pem';

/** `given`: PEM text (PKCS#8). Throws StorageError with one line that says what to do. */
export async function loadCheckpointKey(home: string, given?: string): Promise<KeyObject> {
  if (given !== undefined) return privateKey(given, 'the audit key of the configuration');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const file = join(home, 'audit-key.pem');
  try {
    // `wx`: never follows or overwrites what somebody else put there.
    const handle = await open(file, 'wx', 0o600);
    const { privateKey: made } = generateKeyPairSync('ed25519');
    await handle.writeFile(made.export({ format: 'pem', type: 'pkcs8' }));
    await handle.sync();
    await handle.close();
    const pub = await open(join(home, publicKeyName), 'w', 0o644);
    await pub.writeFile(createPublicKey(made).export({ format: 'pem', type: 'spki' }));
    await pub.close();
    return made;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new StorageError(`${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
  const handle = await open(file, 'r').catch((cause: Error) => {
    throw new StorageError(`${file} cannot be read: ${cause.message}`, { cause });
  });
  const { mode } = await handle.stat().finally(() => handle.close());
  if ((mode & 0o077) !== 0) throw new StorageError(`${file} can be read by others: make it private (chmod 600)`);
  return privateKey(await readFile(file, 'utf8'), file);
}

function privateKey(pem: string, what: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Said below, without what it held.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new StorageError(`${what} is not an Ed25519 private key in PEM (PKCS#8)`);
  return key;
}
