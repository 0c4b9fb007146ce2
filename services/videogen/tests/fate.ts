import type { Ports } from '../application/ports.ts'

class Dead extends Error {}

type AnyFunction = (...args: unknown[]) => unknown

/**
 * A process that ends where it is told to: at its nth call of something that others see, before or after it is done. From
 * then on nothing it does has any effect, until it is born again.
 */
export const fate = () => {
  let [left, isAfter, isDead, calls, isJoining] = [Number.POSITIVE_INFINITY, false, false, 0, true]
  const dieIf = (isTime: boolean) => {
    if (isTime) isDead = true
    if (isDead) throw new Dead('the process has ended')
  }
  const mortal = (call: AnyFunction): AnyFunction =>
    async function (this: unknown, ...args) {
      dieIf(false)
      calls += 1
      const isTime = calls === left
      dieIf(isTime && !isAfter)
      const answer = await call.apply(this, args)
      dieIf(isTime)
      return answer
    }
  const each = <T extends object>(part: T, names: readonly (keyof T)[]): T => {
    const changed = { ...part }
    for (const name of names) if (part[name]) changed[name] = mortal(part[name] as AnyFunction) as T[keyof T]
    return changed
  }
  return {
    isDead: () => isDead,
    /** Whether it came as far as it was told to. */
    hasCome: () => calls >= left,
    /** Ends it at the latest when it joins clips. */
    joins: (does: boolean) => {
      isJoining = does
    },
    dieAt: (call: number, after: boolean) => {
      left = call
      isAfter = after
      isDead = false
      calls = 0
    },
    beBorn: () => {
      left = Number.POSITIVE_INFINITY
      isDead = false
    },
    between: (ports: Ports): Ports => ({
      ...ports,
      clips: each(ports.clips, ['of', 'ask', 'withdraw', 'accept', 'keep', 'giveUp', 'known', 'spent']),
      work: each(ports.work, ['putOff', 'retryIn', 'waitFor', 'handOver', 'note']),
      jobs: each(ports.jobs, ['isPresent']),
      studio: {
        ...each(ports.studio, ['keepClip', 'removeClips']),
        join: (...order) => {
          dieIf(!isJoining)
          return ports.studio.join(...order)
        },
      },
      apart: mortal(ports.apart as AnyFunction) as Ports['apart'],
      providers: {
        ...each(ports.providers, ['noteWell', 'noteFailure', 'offers']),
        vendor: (name) => each(ports.providers.vendor(name), ['submit', 'poll', 'find', 'fetch']),
      },
    }),
  }
}
