/** Certificates for tests: self-signed, or of an authority made here. */
import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as x509 from '@peculiar/x509';

export interface Pair {
  readonly key: string;
  readonly certificate: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  /** SHA-256 of the DER, base64url. */
  readonly thumbprint: string;
  /** As `x5c` has it. */
  readonly der: string;
  readonly keys: CryptoKeyPair;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-certificates-'));

/** Without `authority`: self-signed. */
export async function certificate(name: string, authority?: Pair): Promise<Pair> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const common = {
    serialNumber: createHash('sha256').update(name).digest('hex').slice(0, 12),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
      ...(authority === undefined ? [new x509.BasicConstraintsExtension(true)] : []),
    ],
  };
  const made =
    authority === undefined
      ? await x509.X509CertificateGenerator.createSelfSigned({ ...common, name: `CN=${name}`, keys })
      : await x509.X509CertificateGenerator.create({
          ...common,
          subject: `CN=${name}, O=Test`,
          issuer: new x509.X509Certificate(authority.certificate).subject,
          publicKey: keys.publicKey,
          signingKey: authority.keys.privateKey,
        });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
  const der = Buffer.from(made.rawData);
  const pair = {
    key,
    certificate: made.toString('pem'),
    keyFile: path.join(folder, `${name}.key`),
    certificateFile: path.join(folder, `${name}.pem`),
    thumbprint: createHash('sha256').update(der).digest('base64url'),
    der: der.toString('base64'),
    keys,
  };
  writeFileSync(pair.keyFile, pair.key, { mode: 0o600 });
  writeFileSync(pair.certificateFile, pair.certificate);
  return pair;
}
