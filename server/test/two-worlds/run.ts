/** Runs scenes until enough requests were asked, counts, and makes the first failures small. */
import { Coverage } from './coverage.ts';
import { makeScene, type SceneOptions } from './make-scene.ts';
import { play } from './play.ts';
import type { Scene } from './scenario.ts';
import { servedFeatures } from './served.ts';
import { shrink } from './shrink.ts';

export interface RunOptions {
  readonly requests: number;
  readonly seed: number;
  readonly policies?: SceneOptions['policies'];
  /** A world for each scene, instead of random ones. */
  readonly worldOf?: ((seed: number) => SceneOptions['world']) | undefined;
  /** Stop after this many differences; one of each is made small. */
  readonly mostFailures?: number;
  readonly shrinking?: boolean;
  readonly say?: (line: string) => void;
}

export interface RunResult {
  readonly requests: number;
  readonly differences: readonly { readonly says: string; readonly scene: Scene; readonly after: number }[];
  readonly lines: readonly string[];
  readonly gaps: readonly string[];
}

const REQUESTS_PER_SCENE = 20;

export async function run(options: RunOptions): Promise<RunResult> {
  const { requests, seed, policies, worldOf, mostFailures = 5, shrinking = true, say = () => {} } = options;
  const served = await servedFeatures();
  const coverage = new Coverage(served);
  const differences: RunResult['differences'][number][] = [];
  for (let number = 0; coverage.requests < requests && differences.length < mostFailures; number++) {
    const of = seed * 1_000_003 + number;
    const scene = makeScene({
      seed: of,
      requests: Math.min(REQUESTS_PER_SCENE, requests - coverage.requests),
      served,
      policies,
      world: worldOf?.(of),
    });
    const played = await play(scene);
    coverage.add(scene, played);
    const [first] = played.differences;
    if (first === undefined) continue;
    say(
      `scene ${of}: ${first.kind}: ${scene.requests[first.request]!.method} ${scene.requests[first.request]!.target}\n  ${first.says}`,
    );
    const small = shrinking
      ? await shrink({ ...scene, requests: scene.requests.slice(0, first.request + 1) }, first.kind)
      : scene;
    for (const { says } of played.differences) differences.push({ says, scene: small, after: coverage.requests });
  }
  return { requests: coverage.requests, differences, lines: coverage.lines(), gaps: coverage.gaps() };
}
