import type { Check, CheckScene } from '../checks.ts'
import { bombChecks } from './bombs.ts'
import { floodChecks } from './floods.ts'
import { oddRequestChecks } from './odd-requests.ts'
import { slowClientChecks } from './slow-clients.ts'
import { smugglingChecks } from './smuggling.ts'

/** What clients may do to a connection without doing harm to others. */
export const wireChecks = (level: CheckScene['level']): readonly Check[] => [
  ...oddRequestChecks,
  ...smugglingChecks,
  ...bombChecks,
  ...floodChecks,
  ...slowClientChecks(level),
]
