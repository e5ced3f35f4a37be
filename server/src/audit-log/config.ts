/** The audit's section of the configuration. */
import { z } from 'zod';

export const auditSection = z
  .strictObject({
    site: z.string().min(1).max(200).default('fireguard').describe('AuditEvent.source.site.'),
    observer: z.string().min(1).max(200).default('Fireguard').describe('AuditEvent.source.observer, as a display.'),
    clock: z
      .strictObject({
        server: z
          .string()
          .regex(/^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/)
          .optional()
          .describe(
            'Time server (NTP) to compare this machine’s clock with: host, or host:port. Default: none; jumps are noticed all the same.',
          ),
        toleranceSeconds: z
          .int()
          .min(1)
          .max(3600)
          .default(2)
          .describe('By how much the clock may differ or jump before it is told.'),
      })
      .prefault({}),
    keepMonths: z
      .int()
      .min(1)
      .max(1200)
      .optional()
      .describe(
        'Whole months that the database keeps besides the current one; older ones leave it unless a legal hold keeps them. Default: all. The journal is kept.',
      ),
    checkpoints: z
      .strictObject({
        everySeconds: z
          .int()
          .min(1)
          .max(86_400)
          .default(60)
          .describe('Between two signed checkpoints, while records are written.'),
        file: z
          .string()
          .min(1)
          .optional()
          .describe(
            'A file elsewhere to which each checkpoint is added, one line each: a mount that this machine can only append to.',
          ),
        key: z
          .string()
          .min(1)
          .optional()
          .describe('Ed25519 private key (PEM, PKCS#8), as a reference. Default: one made in `home`.'),
      })
      .prefault({}),
  })
  .prefault({});
