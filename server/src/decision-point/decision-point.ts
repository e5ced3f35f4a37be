/**
 * The decision point: for FHIR servers that keep their own front door and ask, instead of standing behind the gateway (topology 3). Three kinds of
 * doors, one flow: AuthZEN (yes or no), proxies (`forward.ts`), and the FHIR-shaped door that gives the gateway's very answer (`conversation.ts`).
 * It must not decide anything by itself, must not say yes to what only a filtered answer could make safe, and must tell nothing to whoever has no key.
 */
import { Problem, scan } from '@fireguard/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditLog } from '../audit-log/audit-log.ts';
import { withCeiling } from '../authentication/with-ceiling.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import { readIncoming } from '../http/read-incoming.ts';
import type { DecisionPointSettings } from './config.ts';
import { Conversations, type Step } from './conversation.ts';
import { type Door, knocking } from './door.ts';
import {
  actionSearchShape,
  resourceSearchShape,
  searchActions,
  searchResources,
  searchSubjects,
  subjectSearchShape,
} from './entity-search.ts';
import { type Asking, evaluate, evaluationShape } from './evaluation.ts';
import { evaluateAll, evaluationsShape } from './evaluations.ts';
import { describedIn, forward } from './forward.ts';
import { metadata, paths } from './metadata.ts';
import { callerOfSubject, contextShape, type Directory, subjectShape } from './subject.ts';
import { bytesOf, inJson, textOrBytes } from './text-or-bytes.ts';

export interface DecisionPointOptions {
  readonly settings: DecisionPointSettings;
  readonly use: Collaborators;
  readonly directory: Directory;
  /** Of the host that the doors are on, without a slash at its end. */
  readonly origin: string;
  /** Bytes of a question at most. */
  readonly maxBodyBytes: number;
  readonly log: (line: { readonly requestId: string; readonly error: unknown }) => void;
}

export interface DecisionPoint {
  mount(app: FastifyInstance): Promise<void>;
  /** Ends the conversations that are open. */
  close(): Promise<void>;
}

const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
const JSON_TYPE = 'application/json; charset=utf-8';

export function createDecisionPoint(options: DecisionPointOptions): DecisionPoint {
  const { settings, directory, origin, maxBodyBytes } = options;
  const knock = knocking(settings.doors);
  const conversations = new Conversations();
  const useAt = (door: Door): Collaborators => ({ ...options.use, audit: naming(door, options.use.audit) });
  const asking = (door: Door, request: FastifyRequest): Asking => ({ door, use: useAt(door), directory, address: request.ip });

  /** One JSON question: who asks, is it well formed, answer. */
  const question =
    <Shape>(shape: z.ZodType<Shape>, run: (asked: Shape, asking: Asking, request: FastifyRequest) => Promise<object>) =>
    async (request: FastifyRequest, reply: FastifyReply) =>
      inWords(request, reply, async () => {
        const door = knock(bearerOf(request));
        return run(read(shape, request), asking(door, request), request);
      });

  const inWords = async (request: FastifyRequest, reply: FastifyReply, run: () => Promise<object>) => {
    const requestId = only(request, 'x-request-id');
    if (requestId !== undefined && /^[\x21-\x7e]{1,200}$/.test(requestId)) reply.header('X-Request-Id', requestId);
    reply.headers({ ...headers, 'Content-Type': JSON_TYPE });
    try {
      return reply.send(JSON.stringify(await run()));
    } catch (error) {
      const problem = error instanceof Problem ? error : undefined;
      if (problem === undefined) options.log({ requestId: requestId ?? '', error });
      const status = problem?.answer.status ?? 500;
      if (status === 401) reply.header('WWW-Authenticate', 'Bearer realm="decision-point"');
      // AuthZEN §10.1.4: an error is a string.
      return reply.code(status).send(JSON.stringify(problem?.publicText ?? 'An error inside Fireguard.'));
    }
  };

  const proxied = (describe: (incoming: Incoming) => Incoming) => async (request: FastifyRequest, reply: FastifyReply) => {
    let answer: HttpResponse;
    try {
      const door = knock(only(request, 'x-door-key'));
      const incoming = describe(receivedAs(request, maxBodyBytes));
      answer = await forward(incoming, useAt(door));
    } catch (error) {
      if (!(error instanceof Problem)) options.log({ requestId: '', error });
      // A proxy without its key is told what anybody is told; what is wrong stands in its own documentation.
      answer = { status: 403, headers: [], body: Buffer.alloc(0) };
    }
    reply.code(answer.status).headers({ ...headers, ...Object.fromEntries(answer.headers) });
    return reply.send(Buffer.from(answer.body));
  };

  return {
    close: () => conversations.close(),
    async mount(app) {
      if (settings.doors.length === 0) return;
      await app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) =>
          done(null, body),
        );
        scope.get('/.well-known/authzen-configuration', (_request, reply) =>
          reply
            .headers({ ...headers, 'Cache-Control': 'max-age=300', 'Content-Type': JSON_TYPE })
            .send(JSON.stringify(metadata(origin))),
        );
        scope.post(paths.evaluation, question(evaluationShape, evaluate));
        scope.post(paths.evaluations, question(evaluationsShape, evaluateAll));
        scope.post(paths.subjects, question(subjectSearchShape, searchSubjects));
        scope.post(paths.resources, question(resourceSearchShape, searchResources));
        scope.post(paths.actions, question(actionSearchShape, searchActions));
        scope.post(
          paths.fhir,
          question(beginShape, async (asked, { door, use, address }) =>
            told(await conversations.begin(door.id, requestIn(asked, address), authenticating(asked, door, use))),
          ),
        );
        scope.post(
          `${paths.fhir}/:handle`,
          question(bringShape, async (asked, { door }, request) => {
            const { handle } = request.params as { readonly handle: string };
            const brought = { status: asked.status, headers: lowerCased(asked.headers), body: bytesOf(asked) };
            return told(await conversations.bring(door.id, handle, brought));
          }),
        );
        scope.setErrorHandler(async (error: { statusCode?: number }, _request, reply) =>
          reply
            .code(error.statusCode === 413 ? 413 : 400)
            .headers({ ...headers, 'Content-Type': JSON_TYPE })
            .send(JSON.stringify('The request could not be read.')),
        );
      });
      await app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        // Envoy sends the body along; nginx does not. It is read when the flow asks for it.
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
        scope.all(paths.forward, proxied(describedIn));
        scope.all(
          `${paths.envoy}/*`,
          proxied((incoming) => ({ ...incoming, target: incoming.target.slice(paths.envoy.length) })),
        );
      });
    },
  };

  /** The person's own credential, unless the server says that it has settled who asks. */
  function authenticating(asked: Begin, door: Door, use: Collaborators): Collaborators {
    const { subject, context = {} } = asked;
    if (subject === undefined) return use;
    const authenticate = async ({ headers }: Pick<Incoming, 'headers'>) =>
      withCeiling(await callerOfSubject(subject, context, door, directory), headers);
    return { ...use, authenticate };
  }
}

const headerLines = z
  .record(z.string().max(200), z.union([z.string().max(20_000), z.array(z.string().max(20_000)).max(20)]))
  .default({});

const beginShape = z.object({
  request: z.object({
    method: z.string().min(1).max(20),
    /** Below the FHIR base, as the client wrote it. */
    target: z.string().max(20_000),
    headers: headerLines,
    ...textOrBytes,
  }),
  subject: subjectShape.optional(),
  context: contextShape.optional(),
});
type Begin = z.infer<typeof beginShape>;

const bringShape = z.object({
  status: z.int().min(100).max(599),
  headers: z.record(z.string().max(200), z.string().max(20_000)).default({}),
  ...textOrBytes,
});

function requestIn({ request, subject }: Begin, address: string): Incoming {
  const lines = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(request.headers)) {
    const lower = name.toLowerCase();
    lines.set(lower, [...(lines.get(lower) ?? []), ...(typeof value === 'string' ? [value] : value)]);
  }
  // INVARIANT: one identity: a credential beside a subject would be looked at by nobody.
  if (subject !== undefined && ['authorization', 'dpop', 'x-api-key'].some((name) => lines.has(name)))
    throw new Problem('request-not-understood', 'Give a subject or the credential of the request, not both.');
  return { method: request.method, target: request.target, headers: lines, address, body: async () => bytesOf(request) };
}

function told(step: Step): object {
  switch (step.kind) {
    case 'ask': {
      const { method, path, headers: asked, body } = step.request;
      return {
        step: 'ask',
        handle: step.handle,
        request: { method, path, headers: Object.fromEntries(asked), ...(body === undefined ? {} : inJson(body)) },
      };
    }
    case 'answer': {
      const { status, headers: answered, body } = step.response;
      return {
        step: 'answer',
        audit: step.requestId,
        ...(step.outcome === undefined
          ? {}
          : { decision: step.outcome.decision.effect, masked: step.outcome.disclosure.masked }),
        response: { status, headers: answered, ...inJson(body) },
      };
    }
  }
}

/** Every record says through which door it was asked. */
function naming(door: Door, audit: AuditLog): AuditLog {
  return {
    append: (draft) =>
      audit.append({ ...draft, reason: `${draft.reason ?? ''} Asked through the door ${door.id}.`.trimStart() }),
    searchable: () => audit.searchable(),
    healthy: () => audit.healthy(),
    close: () => audit.close(),
  };
}

function read<Shape>(shape: z.ZodType<Shape>, request: FastifyRequest): Shape {
  const body = request.body as Buffer | undefined | null;
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Problem('request-not-understood', 'The question must be application/json.');
  if (body === undefined || body === null || body.length === 0) throw new Problem('body-missing', 'The question is missing.');
  // Strictly first: it refuses repeated names, over which two parsers could disagree.
  scan(body);
  const parsed = shape.safeParse(JSON.parse(body.toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new Problem(
    'parameter-invalid',
    `${parsed.error.issues[0]?.path.join('.') || 'The question'} is missing or is not right.`,
  );
}

function bearerOf(request: FastifyRequest): string | undefined {
  const line = only(request, 'authorization');
  if (line === undefined) return undefined;
  return /^Bearer +([A-Za-z0-9_-]{32,256})$/i.exec(line)?.[1] ?? '';
}

/** From the raw lines: Node's own map would drop a second one; two are as good as none. */
function only(request: FastifyRequest, wanted: string): string | undefined {
  const raw = request.raw.rawHeaders;
  const lines = raw.filter((_line, at) => at % 2 === 1 && raw[at - 1]!.toLowerCase() === wanted);
  return lines.length === 1 ? lines[0] : undefined;
}

function receivedAs(request: FastifyRequest, maxBodyBytes: number): Incoming {
  const { address: _socket, ...incoming } = readIncoming(request.raw, request.raw.url ?? '', maxBodyBytes);
  return { ...incoming, address: request.ip };
}

function lowerCased(given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
}
