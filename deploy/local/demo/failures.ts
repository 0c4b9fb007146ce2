import { Code, ConnectError } from '@connectrpc/connect'
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { milliseconds } from '#shared/domain/timestamp.ts'
import { SetupError } from '../setup-error.ts'
import { oneLine } from '../text-width.ts'
import type { Screen } from './screen.ts'

const adviceByReason: Record<string, string> = {
  RATE_LIMITED: 'wait as long as it says, or start the mesh with higher limits (TROUPE_RATE_LIMIT_SCALE)',
  LOGIN_DELAYED: 'wait as long as it says',
  INVALID_CREDENTIALS: 'TROUPE_DATA must be the folder that the running mesh was started with',
  STORY_EMPTY: 'give the file a text below its title',
  TOKEN_EXPIRED: 'run the demo again with fewer or shorter files',
}

const adviceByCode: Partial<Record<Code, string>> = {
  [Code.InvalidArgument]: 'correct the fields named above',
  [Code.Unauthenticated]: 'run the demo again',
  [Code.PermissionDenied]: 'the account lacks a permission; was its role changed?',
  [Code.FailedPrecondition]: 'see the message',
  [Code.ResourceExhausted]: 'try again later, or with less',
  [Code.DeadlineExceeded]: 'the mesh is busy or stuck; see its logs, then run the demo again',
  [Code.Unavailable]: 'is the mesh still running? see its logs (<TROUPE_DATA>/logs), or npm start',
  [Code.Unimplemented]: 'the running mesh is another version than this demo; restart it',
  [Code.Internal]: 'a fault of the mesh; its logs (<TROUPE_DATA>/logs) tell more',
  [Code.Unknown]: 'a fault of the mesh; its logs (<TROUPE_DATA>/logs) tell more',
}

const codeName = (code: Code): string => Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()

/** What an rpc's error says: code, reason and message, wrong fields, when to try again, and what to do. */
export const explain = (error: unknown): string[] => {
  if (!(error instanceof ConnectError)) {
    if (error instanceof SetupError) return [error.message]
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason
  const fields = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations)
  const retryDelay = error.findDetails(RetryInfoSchema)[0]?.retryDelay
  const advice = (reason && adviceByReason[reason]) ?? adviceByCode[error.code]
  return [
    `${codeName(error.code)}${reason ? ` / ${reason}` : ''}: ${oneLine(error.rawMessage)}`,
    ...fields.map(({ field, description }) => `field ${field}: ${oneLine(description)}`),
    ...(retryDelay ? [`may succeed in ${Math.ceil(milliseconds(retryDelay) / 1000)} s`] : []),
    ...(advice ? [`→ ${advice}`] : []),
  ]
}

/** Tells of what failed, and counts. */
export interface Failures {
  readonly count: () => number
  /** `what` failed, e.g. `CreateStory (Rumpelstiltskin)`. */
  report(what: string, error: unknown): void
  /** The outcome, or undefined with a report when it failed. */
  attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined>
}

export const createFailures = (screen: Screen): Failures => {
  let count = 0
  const report = (what: string, error: unknown): void => {
    count++
    const [first = '', ...more] = explain(error)
    screen.say(`  ✗ ${what}: ${first}`)
    for (const line of more) screen.say(`      ${line}`)
  }
  return {
    count: () => count,
    report,
    attempt: async (what, work) => {
      try {
        return await work()
      } catch (error) {
        report(what, error)
        return undefined
      }
    },
  }
}
