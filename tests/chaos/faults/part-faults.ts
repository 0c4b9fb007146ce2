import { type Fault, pause, somePart } from './fault.ts'

const kill: Fault = {
  name: 'kill',
  on: 'parts',
  run: async (world, random) => {
    const killed = random.chance(0.2) ? world.mesh.parts : [somePart(world, random)]
    for (const part of killed) part.signal('SIGKILL')
    return killed.map(({ name }) => name).join(' ')
  },
}

const freeze: Fault = {
  name: 'freeze',
  on: 'parts',
  run: async (world, random, holdMs) => {
    const part = somePart(world, random)
    part.signal('SIGSTOP')
    await pause(holdMs)
    part.signal('SIGCONT')
    return part.name
  },
}

const clock: Fault = {
  name: 'clock',
  on: 'clocks',
  run: async (world, random, holdMs) => {
    const part = somePart(world, random)
    const seconds = random.int(2, 90) * (random.chance(0.5) ? 1 : -1)
    part.skew(seconds * 1000)
    await pause(holdMs)
    part.skew(0)
    return `${part.name} ${seconds > 0 ? '+' : ''}${seconds} s`
  },
}

/** What happens to the processes themselves. */
export const partFaults: readonly Fault[] = [kill, freeze, clock]
