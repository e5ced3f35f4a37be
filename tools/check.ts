/** `npm run check`: the static checks alone, for the minute between two edits. */
import { checks, run } from './steps.ts';

const failed = checks.map(run).filter((passed) => !passed).length;
process.exit(failed === 0 ? 0 : 1);
