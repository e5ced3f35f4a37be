/** That a patient asks about an entry of their access log. Neither who asks nor about what: that is looked up where looking is recorded. */
import type { NewNotice } from './notice.ts';

/** `consoleUrl`: without a slash at its end. */
export function questionNotice(id: string, consoleUrl: string): NewNotice {
  return {
    id: `question-${id}`,
    topic: 'question',
    title: 'A patient asks about an entry of their access log',
    text: 'A patient asks the privacy office about an entry of their access log. The question waits in the console.',
    facts: { question: id },
    link: `${consoleUrl}/#/questions/open/${id}`,
  };
}
