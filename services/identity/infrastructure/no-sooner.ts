import { setTimeout as sleep } from 'node:timers/promises'

/** Runs something and answers when so many milliseconds have passed, or later: how long it took below that cannot be seen. */
export const noSooner = async <T>(milliseconds: number, run: () => Promise<T>): Promise<T> => {
  const [result] = await Promise.allSettled([run(), sleep(milliseconds)])
  if (result.status === 'rejected') throw result.reason
  return result.value
}
