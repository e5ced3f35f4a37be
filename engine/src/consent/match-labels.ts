/**
 * FHIR consent.html#provision.securityLabel, requirements 3.7, D3: a permit for a confidentiality reaches that level and lower, a deny that level and
 * higher; other labels reach what they subsume. What no label speaks of is unknown: it may be as restricted as anything.
 */
import { v3System, v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityRank, confidentialityRanks } from '../terminology/confidentiality.ts';
import { labelKind } from '../terminology/label-kind.ts';
import { sensitivityMeets, sensitivitySubsumes } from '../terminology/sensitivity.ts';
import type { Effect } from './directive.ts';
import type { MatterLabels } from './matter.ts';
import { isMembers } from './members.ts';
import { any, type Truth } from './truth.ts';

interface Named {
  readonly system: string;
  readonly code: string;
}

export function matchLabels(values: readonly unknown[], effect: Effect, labels: MatterLabels): Truth {
  const named = values.map(labelOf);
  const truths = named.map((one) => (one === undefined ? 'maybe' : matchLabel(one, effect, labels)));
  const found = any(truths);
  // Sensitive data is permitted with its sensitivity or with its level; a part of its sensitivities is not all of them.
  if (effect === 'permit' && found === 'yes' && !truths.some((truth, at) => truth === 'yes' && isLevel(named[at]))) {
    const covered = labels.sensitivities.every((code) => named.some((one) => one !== undefined && covers(one, code)));
    return covered ? 'yes' : 'maybe';
  }
  return found;
}

function matchLabel(named: Named, effect: Effect, labels: MatterLabels): Truth {
  const rank = confidentialityRank(named.system, named.code);
  if (rank !== undefined) return matchLevel(rank, effect, labels);
  if (v3System(named.system) === 'v3-Confidentiality') return 'maybe';
  if (labelKind(named.system, named.code) === 'sensitivity') {
    const reaches = effect === 'permit' ? sensitivitySubsumes : sensitivityMeets;
    if (labels.sensitivities.some((code) => reaches(named.code, code))) return 'yes';
  } else if (labels.all.some((label) => label.system === named.system && label.code === named.code)) return 'yes';
  // Nobody has looked at it, as far as its labels tell.
  return labels.confidentiality < 0 ? 'maybe' : 'no';
}

/** Sensitive data is restricted, whatever its level says: or N would permit what is N by mistake. */
function matchLevel(rank: number, effect: Effect, { confidentiality, sensitivities }: MatterLabels): Truth {
  const everything = effect === 'permit' ? confidentialityRanks.V : confidentialityRanks.U;
  if (confidentiality < 0 && sensitivities.length === 0) return rank === everything ? 'yes' : 'maybe';
  const level = sensitivities.length > 0 ? Math.max(confidentiality, confidentialityRanks.R) : confidentiality;
  return (effect === 'permit' ? level <= rank : level >= rank) ? 'yes' : 'no';
}

function isLevel(named: Named | undefined): boolean {
  return named !== undefined && confidentialityRank(named.system, named.code) !== undefined;
}

function covers(named: Named, code: string): boolean {
  return labelKind(named.system, named.code) === 'sensitivity' && sensitivitySubsumes(named.code, code);
}

/** HL7 systems in their present spelling; a value set of sensitivities, as some write it, is the system that it is of. */
function labelOf(value: unknown): Named | undefined {
  if (!isMembers(value)) return undefined;
  const { system, code } = value;
  if (typeof system !== 'string' || typeof code !== 'string') return undefined;
  const name = v3System(system);
  return { system: name === undefined ? system : v3SystemUrl(name), code };
}
