/** Mutants that answer badly: a field, a header or a status is not what the server meant. */
import { type Answer, type Ask, isAt, type Mutant } from './mutant.ts';

type Change = (body: Record<string, unknown>, ask: Ask) => Record<string, unknown> | undefined;

function changing(name: string, place: string, change: Change): () => Mutant {
  return () => ({ name, answer: (answer, ask) => (isAt(ask, place) ? changed(answer, ask, change) : answer) });
}

function changed(answer: Answer, ask: Ask, change: Change): Answer {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    return answer;
  }
  if (typeof body !== 'object' || body === null) return answer;
  const next = change({ ...body }, ask);
  return next === undefined ? answer : { ...answer, text: JSON.stringify(next) };
}

/** JSON answers at `place` lack a field. */
export function withoutField(place: string, field: string): () => Mutant {
  return changing(`no ${field} in ${place}`, place, ({ [field]: _gone, ...rest }) => rest);
}

/** JSON answers at `place` have a field with this value (or what is made of the old one). */
export function withField(place: string, field: string, value: unknown | ((old: unknown) => unknown)): () => Mutant {
  return changing(`another ${field} in ${place}`, place, (body) => ({
    ...body,
    [field]: typeof value === 'function' ? value(body[field]) : value,
  }));
}

export function withoutHeader(place: string, header: string): () => Mutant {
  return withHeader(place, header, undefined);
}

export function withHeader(place: string, header: string, value: string | undefined): () => Mutant {
  return () => ({
    name: `${header} of ${place} ${value === undefined ? 'missing' : `is ${value}`}`,
    answer(answer, ask) {
      if (!isAt(ask, place)) return answer;
      const headers = new Headers(answer.headers);
      if (value === undefined) headers.delete(header);
      else headers.set(header, value);
      return { ...answer, headers };
    },
  });
}

/** Every answer at `place` has this status, and where `text` is given this body. */
export function answering(place: string, status: number, text?: string): () => Mutant {
  return () => ({
    name: `${place} answers ${status}`,
    answer: (answer, ask) => (isAt(ask, place) ? { ...answer, status, text: text ?? answer.text } : answer),
  });
}

const tokenAnswer = JSON.stringify({ access_token: 'anything', token_type: 'Bearer', expires_in: 300, scope: 'patient/*.rs' });

/** The token endpoint says yes to whatever it is asked: any one of its checks removed looks like this to the row that is about it. */
export function anythingGoes(what: string): () => Mutant {
  return () => ({
    name: `token endpoint without check of ${what}`,
    answer(answer, ask) {
      if (!isAt(ask, '/token') || answer.status < 400 || answer.status >= 500) return answer;
      return { ...answer, status: 200, text: tokenAnswer };
    },
  });
}

/** Parameters of the redirect to the app are changed; null drops one. */
export function redirectWith(name: string, value: string | null): () => Mutant {
  return () => ({
    name: value === null ? `no ${name} in the redirect` : `another ${name} in the redirect`,
    answer(answer, ask) {
      const location = answer.headers.get('location');
      if (location === null || !URL.canParse(location)) return answer;
      const url = new URL(location);
      if (url.origin === ask.url.origin || !url.searchParams.has('state')) return answer;
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
      const headers = new Headers(answer.headers);
      headers.set('location', url.href);
      return { ...answer, headers };
    },
  });
}
