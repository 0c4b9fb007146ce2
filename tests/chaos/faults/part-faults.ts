import { waitUntil } from '../../../deploy/local/processes.ts'
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

const places = ['commit', 'publish', 'ack', 'effect', 'command', 'charge'].flatMap((place) => [
  `${place}:before`,
  `${place}:after`,
])
const startMs = 6000

/** A process that ends or hangs at one place of the kernel. */
const failpoint: Fault = {
  name: 'failpoint',
  on: 'parts',
  run: async ({ mesh }, random, holdMs) => {
    const part = random.pick(mesh.parts.filter(({ name }) => name !== 'gateway'))
    const hang = random.chance(0.25) ? `~${random.int(1000, 6000)}` : ''
    const setting = `${random.pick(places)}#${random.int(1, 12)}${hang}`
    part.arm({ TROUPE_FAILPOINTS: setting })
    part.signal('SIGKILL')
    await waitUntil(() => part.isArmed, startMs)
    await waitUntil(async () => !part.isArmed || (await part.isReady()), startMs)
    const hasDied = await waitUntil(() => !part.isArmed, holdMs)
    // It may not come there for the nth time, and may not be left to do so later.
    if (!hasDied) part.signal('SIGKILL')
    return `${part.name} ${setting}${hasDied ? '' : ' in vain'}`
  },
}

/** What happens to the processes themselves. */
export const partFaults: readonly Fault[] = [kill, freeze, failpoint, clock]
