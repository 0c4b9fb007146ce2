import type { Failures } from './failures.ts'
import type { Screen } from './screen.ts'
import type { Gateway } from './session.ts'

/** Where the demo plays. */
export interface Stage {
  readonly gateway: Gateway
  readonly dataDir: string
  readonly screen: Screen
  readonly failures: Failures
}
