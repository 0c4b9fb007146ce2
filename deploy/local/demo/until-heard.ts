import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { SetupError } from '../setup-error.ts'

const patienceMs = 30_000
const lookEveryMs = 50

const reasonOf = (error: unknown): string | undefined =>
  ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason

/** What other contexts hear by events is there in a moment; until then they refuse with `unheard`. */
export const untilHeard = async <T>(what: string, look: () => Promise<T | undefined>, unheard = ''): Promise<T> => {
  const giveUp = performance.now() + patienceMs
  while (performance.now() < giveUp) {
    try {
      const found = await look()
      if (found !== undefined) return found
    } catch (error) {
      if (!unheard || reasonOf(error) !== unheard) throw error
    }
    await sleep(lookEveryMs)
  }
  throw new SetupError(`${what} within ${patienceMs / 1000} s`)
}
