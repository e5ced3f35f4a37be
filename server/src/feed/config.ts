/** Where audit messages of other systems are taken. */
import { z } from 'zod';

const place = { host: z.string().min(1).describe('Address to listen on.'), port: z.int().min(0).max(65_535) };

export const feedSection = z
  .strictObject({
    syslogTls: z
      .strictObject({
        ...place,
        certificate: z.string().min(1).describe('Our certificate chain, PEM.'),
        key: z.string().min(1).describe('Its private key, PEM. Write it as a reference.'),
        clientAuthority: z.string().min(1).describe('Certificates (PEM) of who may sign the senders’ own.'),
      })
      .optional()
      .describe('RFC 5425, with a certificate of each sender.'),
    syslogUdp: z
      .strictObject({
        ...place,
        acceptFrom: z
          .array(z.union([z.ipv4(), z.ipv6()]))
          .min(1)
          .describe('WEAKENING. Addresses whose datagrams are believed: they can be forged, and lost.'),
      })
      .optional()
      .describe('RFC 5426, for devices that have nothing better.'),
  })
  .prefault({});

export type FeedSettings = z.infer<typeof feedSection>;
