/**
 * Engines with one thing broken, each a line replaced in one file when it is loaded: what the harness must notice. `find` must occur exactly
 * once in the file; a test holds the list to the engine as it is.
 */
export interface Mutant {
  readonly id: string;
  /** Below engine/src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const of = (id: string, file: string, find: string, replace: string): Mutant => ({ id, file, find, replace });

export const mutants: readonly Mutant[] = [
  of(
    'let-in-without-a-reason',
    'decision/question.ts',
    'else if (one.rule.rationale && caller.rationale === undefined) {',
    'else if (one.rule.rationale && caller.rationale === "") {',
  ),
  of('contained-of-other-types-whole', 'decision/inner-masks.ts', 'if (masks.length === 0) return verdict;', 'return verdict;'),
  of('whole-dates-leave', 'release/change.ts', "if (to === 'year') return year;", "if (to === 'year') return text;"),
  of(
    'pages-not-refilled',
    'enforcement/read-matches.ts',
    'path = page.next === undefined ? undefined : pagePath(page.next, given.bases.upstream);',
    'path = undefined;',
  ),
  of(
    'next-although-nothing-follows',
    'enforcement/gather-page.ts',
    'more: visible.length > count,',
    'more: visible.length >= count,',
  ),
  of(
    'total-of-the-upstream',
    'enforcement/gather-types.ts',
    'const total = more ? (tellsUpstreamTotal ? upstreamTotal : undefined) : visible.length;',
    'const total = upstreamTotal;',
  ),
  of(
    'hidden-is-forbidden',
    'enforcement/current.ts',
    "return { kind: 'missing', as: judged.denyAs,",
    "return { kind: 'missing', as: 'forbidden',",
  ),
  of(
    'versions-without-the-current-one',
    'enforcement/vread.ts',
    "if (now.kind === 'missing') return deniedMissing(given, now);",
    '',
  ),
  of('precondition-on-masked', 'enforcement/preconditions.ts', 'if (isMarked(visible)) return false;', ''),
  of('version-of-masked-told', 'release/version-headers.ts', 'if (isMarked(visible)) return headers;', ''),
  of('put-creates-anywhere', 'enforcement/update.ts', "read.sight !== 'full' || state.disclosure.withheld > 0 ||", ''),
  of('labels-may-be-written', 'enforcement/replace.ts', 'if (!mayLabel && !same(labelsOf(', 'if (false && !same(labelsOf('),
  of(
    'patients-may-be-changed',
    'enforcement/replace.ts',
    'if (!same(old.patients, fresh.patients) || old.undetermined !== fresh.undetermined) throw writeClosed();',
    '',
  ),
  of('old-state-not-judged', 'enforcement/replace.ts', "if (before.kind === 'withheld') return", 'if (false) return'),
  of(
    'masked-written-over',
    'enforcement/closed-write.ts',
    'if (maskable.length > 0 && [...maskable, ...repeating].some((path) => names(body, path))) throw writeClosed();',
    '',
  ),
  of(
    'masked-not-merged-back',
    'enforcement/update.ts',
    'const whole = mergeBack(sent, state.visible.document, unseen);',
    'const whole = sent;',
  ),
  of('patch-reads-masked', 'enforcement/patch.ts', 'if (maskable.length === 0) return;', 'return;'),
  of(
    'masked-criterion-sent',
    'planning/touches.ts',
    'return maskable.some((mask) =>',
    'return maskable.some((mask) => false &&',
  ),
  of(
    'narrative-not-removed',
    'release/mask.ts',
    "removeElement(edit.document, edit, resource, 'text');\n  for (const path of mask)",
    'for (const path of mask)',
  ),
  of(
    'shells-stay',
    'release/mask.ts',
    "removeElement(document, edit, at, element, { shells: 'drop', upTo: resource });",
    'removeElement(document, edit, at, element);',
  ),
  of(
    'no-subsetted-tag',
    'release/mask.ts',
    "  if (obligations.every(({ kind }) => kind !== 'silence')) noteSubsetted(edit, resource);\n}",
    '}',
  ),
  of(
    'masks-ignored',
    'release/mask.ts',
    'if (mask.length === 0) return;\n  const { document } = edit;',
    'return;\n  const { document } = edit;',
  ),
  of(
    'consents-let-the-rest-go',
    'consent/outcomes.ts',
    "if (within !== 'yes') outcomes |= root.effect === 'permit' ? DENY : NONE;",
    "if (within !== 'yes') outcomes |= NONE;",
  ),
  of(
    'consent-exceptions-ignored',
    'consent/outcomes.ts',
    'exceptions: provision.exceptions.flatMap((one) => prepare(one, context) ?? []),',
    'exceptions: [],',
  ),
  of('consents-ignored', 'decision/residual.ts', 'if (objection !== undefined) return consentDenial(objection);', ''),
  of(
    'undetermined-is-open',
    'decision/residual.ts',
    'if (candidate.undetermined && (hasCategory || isContent)) return undetermined;',
    '',
  ),
  of(
    'one-patient-is-enough',
    'decision/residual.ts',
    'for (const patient of candidate.patients) if ((this.#standing(patient, facts).relations & relations) === 0) return false;\n    return true;',
    'for (const patient of candidate.patients) if ((this.#standing(patient, facts).relations & relations) !== 0) return true;\n    return false;',
  ),
  of(
    'denies-ignored',
    'decision/residual.ts',
    'for (const deny of this.#denies) if (this.#closes(deny, matter)) return ruleDenial(deny.rule);',
    '',
  ),
  of(
    'exempt-from-consent-by-default',
    'decision/residual.ts',
    'const left = objection === undefined ? applying : this.#exempt(applying);',
    'const left = applying;',
  ),
  of(
    'consents-lift-any-deny',
    'decision/residual.ts',
    'if (!rule.consentable || candidate.undetermined',
    'if (candidate.undetermined',
  ),
  of(
    'override-lifts-any-deny',
    'decision/residual.ts',
    'return rule.overridable && this.#standsToAll(OVERRIDE, matter);',
    'return this.#standsToAll(OVERRIDE, matter);',
  ),
  of('content-not-asked', 'decision/residual.ts', 'if (rule.content === undefined) return true;', 'return true;'),
  of(
    'full-sight-with-denies',
    'decision/sight.ts',
    'if (keepsBack || !reachesAll || !known || asksPurpose || denied)',
    'if (keepsBack || !reachesAll || !known || asksPurpose)',
  ),
  of(
    'ceiling-not-kept',
    'decision/residual.ts',
    'if (ceiling !== undefined && exceeds(matter.labels, ceiling)) return aboveCeiling;',
    '',
  ),
  of(
    'bound-purposes-not-asked',
    'decision/caller-holds.ts',
    'return asked.length === 0 || !asked.every(',
    'return !asked.every(',
  ),
  of('full-sight-of-what-was-kept-back', 'decision/sight.ts', 'if (keepsBack || ', 'if ('),
  of(
    'other-forms-of-a-hidden-choice',
    'fhir/choice.ts',
    'return withoutType(other).some((base) => forms.has(base));',
    'return withoutType(other).some((base) => forms.has(base) && false);',
  ),
  of(
    'terminology-of-what-is-stored',
    'enforcement/terminology-book.ts',
    'const { document, node } = releasedForm(visible);',
    'const { document, node } = visible;',
  ),
  of(
    'sets-without-codes-mean-everything',
    'enforcement/coded-criterion.ts',
    "if (modifier === 'not-in' && codes.size === 0) return undefined;",
    'if (codes.size === 0) return undefined;',
  ),
  of(
    'later-pages-of-a-history-as-the-first',
    'enforcement/history.ts',
    "from === '' ? yield* learnFromNewest(",
    'true ? yield* learnFromNewest(',
  ),
  of(
    'negative-sets-taken-for-positive',
    'enforcement/coded-criterion.ts',
    "modifier === 'not-in' ? 'not' : undefined,",
    'undefined,',
  ),
  of('full-sight-without-exemption', 'decision/sight.ts', 'rule.consentExempt &&', ''),
  of(
    'full-sight-within-scopes',
    'decision/sight.ts',
    "const reachesAll = caller.kind === 'anonymous' || scope?.unbounded === true;",
    'const reachesAll = true;',
  ),
  of('scopes-not-held', 'decision/residual.ts', 'if (!this.#inScope(candidate, trace)) return outOfScope;', ''),
  of(
    'one-cleared-label-is-enough',
    'label/is-cleared.ts',
    'labels.confidentiality <= confidentialityRanks[clears.confidentiality] &&',
    'labels.confidentiality <= confidentialityRanks[clears.confidentiality] ||',
  ),
  of(
    'inner-labels-unread',
    'label/labels-of.ts',
    'return document.keyIs(document.parent(at), META) ? at : NONE;',
    'return document.keyIs(document.parent(at), META) && document.parent(document.parent(at)) === 0 ? at : NONE;',
  ),
  of(
    'upstream-base-leaves',
    'release/rebase.ts',
    'if (!hidden && !containsText(document.bytes, document.start(node), end, from)) return;',
    'return;',
  ),
  of(
    'masks-of-any-rule',
    'decision/masks.ts',
    'if (permits.every((mask) => mask.some(',
    'if (permits.some((mask) => mask.some(',
  ),
  of(
    'element-denies-ignored',
    'decision/residual.ts',
    'if (this.#closes(deny, matter)) withholding += String.fromCharCode(at);',
    '',
  ),
  of(
    'matched-again-on-what-is-stored',
    'enforcement/read-matches.ts',
    'const { document, node } = releasedForm(one);',
    'const { document, node } = one;',
  ),
  of('not-matched-again', 'planning/ways.ts', "? 'match-again' : 'keep-back';", "? 'push' : 'keep-back';"),
  of(
    'negatives-sent',
    'planning/ways.ts',
    'return isPositive(criterion) && dialect.matchesAlike.has(definition.type)',
    'return dialect.matchesAlike.has(definition.type)',
  ),
  of(
    'parts-and-computed-sent',
    'planning/ways.ts',
    "case 'derived':\n      return 'keep-back';",
    "case 'derived':\n      return 'push';",
  ),
  of('parts-taken-for-wholes', 'planning/parameter-class.ts', "return wholly ? 'whole' : 'part';", "return 'whole';"),
  of(
    'sorted-by-masked',
    'planning/ways.ts',
    "if (parameterClass(definition, type, permit.maskable, permit.changeable) === 'untouched') return false;\n  if (sortKeyFor",
    'return false;\n  if (sortKeyFor',
  ),
  of(
    'sorted-here-by-what-is-stored',
    'enforcement/gather-types.ts',
    'const { document, node } = releasedForm(one);',
    'const { document, node } = one;',
  ),
  of(
    'empty-stage-drops-its-criterion',
    'enforcement/stages.ts',
    'return possible ? plain : undefined;',
    'return plain.filter(({ values }) => values.length > 0);',
  ),
  of(
    'references-followed-that-are-masked',
    'enforcement/stages.ts',
    'const { document, node } = releasedForm(one);',
    'const { document, node } = one;',
  ),
  of(
    'announced-masks-taken-for-values',
    'planning/ways.ts',
    "if (modifier === 'missing' || modifier === 'not') return false;",
    "if (modifier === 'missing') return values[0] === 'false';\n  if (modifier === 'not') return false;",
  ),
  of(
    'members-of-what-is-stored',
    'enforcement/members-of.ts',
    'const { document, node } = releasedForm(collection);',
    'const { document, node } = collection;',
  ),
  of('compartments-not-matched-again', 'planning/plan-search.ts', 'if (!maskable) return [];', 'return [];'),
  of('looser-than-the-upstream', 'matching/match-text.ts', 'return accents ? lower', 'return true ? lower'),
  of(
    'accepts-any-released-form',
    'enforcement/read-matches.ts',
    'return onReleased.every((matches) => matches(document, node));',
    'return true;',
  ),
  of(
    'exports-of-anybody',
    'enforcement/export-page.ts',
    'return ids.filter((_, index) => [...of[index]!].some((id) => known.has(id)));',
    'return ids;',
  ),
  of('inside-not-looked-at', 'decision/residual.ts', 'if (closed) return insideDenial(said);', 'if (closed) return verdict;'),
  of('inside-masked-is-whole', 'decision/inside.ts', 'if (mask.length === 0) return false;', 'return false;'),
  of(
    'orphans-stay',
    'release/mask.ts',
    "if (!before.has(orphan)) edit.remove(orphan, { shells: 'drop', upTo: resource });",
    'void orphan;',
  ),
  of('exports-of-hidden-patients', 'enforcement/visible-patients.ts', 'if (permit === undefined) return ids;', 'return ids;'),
];
