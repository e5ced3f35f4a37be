/** How request lines reach the log: bugs as errors, what we could not serve as warnings, the rest only when asked for (`debug`). */
import type { RequestLine } from './log.ts';

export interface Logger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

export function requestLogger(logger: Logger): (line: RequestLine) => void {
  return (line) => {
    if (line.problem === 'bug') logger.error(line, 'bug');
    else if (line.status >= 500) logger.warn(line, 'not served');
    else logger.debug(line, 'request');
  };
}
