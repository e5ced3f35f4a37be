/** The section of the configuration for bulk exports. */
import { z } from 'zod';

export const exportSection = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether `$export` is served at all (R-252).'),
    jobsPerClient: z.int().min(1).max(100).default(2).describe('Unfinished exports of one client at most; beyond that 429.'),
    jobsAtOnce: z.int().min(1).max(32).default(2).describe('Exports that a node works on at the same time.'),
    filesAtOnce: z.int().min(1).max(100).default(4).describe('Files that one client may fetch from a node at the same time.'),
    keepHours: z.int().min(1).max(720).default(24).describe('How long an export can be fetched after its kick-off.'),
    resourcesPerFile: z.int().min(100).max(1_000_000).default(10_000).describe('Lines of one file, about.'),
  })
  .prefault({});

export type ExportSettings = z.infer<typeof exportSection>;
