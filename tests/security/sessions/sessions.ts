import type { Check } from '../checks.ts'
import { browserChecks } from './browsers.ts'
import { headerChecks } from './internal-headers.ts'
import { rotationChecks } from './key-rotation.ts'
import { lockoutChecks } from './lockout.ts'
import { timingChecks } from './login-timing.ts'
import { refreshChecks } from './refresh.ts'

/** What holds of sessions, sign-in and the edge. Those that move the clock come last: tokens run out by it. */
export const sessionChecks: readonly Check[] = [
  ...browserChecks,
  ...headerChecks,
  ...refreshChecks,
  ...timingChecks,
  ...lockoutChecks,
  ...rotationChecks,
]
