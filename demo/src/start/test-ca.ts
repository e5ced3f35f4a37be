/**
 * A certificate authority for `--tls`: made once per home, for tests and first tries only. It must not be used for anything real: its key lies
 * in the home folder, readable by whoever started the demo.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as x509 from '@peculiar/x509';

export interface TestCertificates {
  /** PEM of the authority. */
  readonly ca: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const year = 365 * 24 * 3600 * 1000;

export async function testCertificates(directory: string, now: number): Promise<TestCertificates> {
  const files = {
    caFile: path.join(directory, 'test-ca.pem'),
    certificateFile: path.join(directory, 'server.pem'),
    keyFile: path.join(directory, 'server.key'),
  };
  if (!Object.values(files).every((file) => existsSync(file)) || expiresSoon(files.certificateFile, now))
    await make(files, now);
  return { ...files, ca: readFileSync(files.caFile, 'utf8') };
}

function expiresSoon(file: string, now: number): boolean {
  return new x509.X509Certificate(readFileSync(file, 'utf8')).notAfter.getTime() < now + 7 * 24 * 3600 * 1000;
}

async function make(files: { caFile: string; certificateFile: string; keyFile: string }, now: number): Promise<void> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const notBefore = new Date(now - 3600 * 1000);
  const notAfter = new Date(now + year);
  const authorityKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const serverKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Fireguard demo test CA',
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys: authorityKeys as CryptoKeyPair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey as CryptoKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=localhost',
    issuer: authority.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: serverKeys.publicKey as CryptoKey,
    signingKey: authorityKeys.privateKey as CryptoKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey as CryptoKey),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey));
  writeFileSync(files.keyFile, x509.PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
  writeFileSync(files.certificateFile, server.toString('pem'), { mode: 0o644 });
  writeFileSync(files.caFile, authority.toString('pem'), { mode: 0o644 });
}

function serial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0]! &= 0x7f;
  return bytes.toString('hex');
}
