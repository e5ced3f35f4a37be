/** All commands, in the order of the help. */
import { alertClose } from './alert-close.ts';
import { alertList } from './alert-list.ts';
import { auditDisclosures } from './audit-disclosures.ts';
import { auditList } from './audit-list.ts';
import { auditVerify } from './audit-verify.ts';
import { breakGlassList } from './break-glass-list.ts';
import { breakGlassReview } from './break-glass-review.ts';
import { clientAdd } from './client-add.ts';
import { clientKey } from './client-key.ts';
import { clientList } from './client-list.ts';
import { clientRemove } from './client-remove.ts';
import { clientRenewSecret } from './client-renew-secret.ts';
import { clientSet } from './client-set.ts';
import { clientShow } from './client-show.ts';
import { clientDisable, clientEnable } from './client-switch.ts';
import type { Command } from './command.ts';
import { configCheck } from './config-check.ts';
import { configPrint } from './config-print.ts';
import { demo } from './demo.ts';
import { holdAdd, holdList, holdRelease } from './holds.ts';
import { keysRotate } from './keys-rotate.ts';
import { labelsSweep } from './labels-sweep.ts';
import { launch } from './launch.ts';
import { policyCategories } from './policy-categories.ts';
import { policyCheck } from './policy-check.ts';
import { policyDiff } from './policy-diff.ts';
import { policyExplain } from './policy-explain.ts';
import { policyImport } from './policy-import.ts';
import { policyTest } from './policy-test.ts';
import { probe } from './probe.ts';
import { questionAnswer, questionList } from './questions.ts';
import { registrationToken } from './registration-token.ts';
import { serve } from './serve.ts';
import { subscriptionEnd } from './subscription-end.ts';
import { subscriptionList } from './subscription-list.ts';
import { token } from './token.ts';
import { userAdd } from './user-add.ts';
import { userLink } from './user-link.ts';
import { userList } from './user-list.ts';
import { userRemove } from './user-remove.ts';
import { userResetFactors } from './user-reset-factors.ts';
import { userRoles } from './user-roles.ts';
import { userEndSession, userSessions } from './user-sessions.ts';
import { userSetPassword } from './user-set-password.ts';
import { userShow } from './user-show.ts';
import { userDisable, userEnable } from './user-switch.ts';
import { userUnlink } from './user-unlink.ts';
import { userUnlock } from './user-unlock.ts';

export const commands: readonly Command[] = Object.freeze([
  serve,
  demo,
  configCheck,
  configPrint,
  policyCheck,
  policyTest,
  policyExplain,
  policyDiff,
  policyImport,
  policyCategories,
  labelsSweep,
  probe,
  userAdd,
  userList,
  userShow,
  userRoles,
  userSetPassword,
  userResetFactors,
  userLink,
  userUnlink,
  userUnlock,
  userSessions,
  userEndSession,
  userDisable,
  userEnable,
  userRemove,
  clientAdd,
  clientList,
  clientShow,
  clientSet,
  clientRenewSecret,
  clientDisable,
  clientEnable,
  clientRemove,
  clientKey,
  registrationToken,
  keysRotate,
  token,
  launch,
  auditList,
  auditVerify,
  auditDisclosures,
  breakGlassList,
  breakGlassReview,
  alertList,
  alertClose,
  questionList,
  questionAnswer,
  holdList,
  holdAdd,
  holdRelease,
  subscriptionList,
  subscriptionEnd,
]);
