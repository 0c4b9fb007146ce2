import { contexts, rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

interface Letter {
  consumer: string
  event_type: string
  status: string
  reason: string
  payload: Buffer
}

/** Dead letters are the poison that was put onto streams, all of it, and nothing else. */
export const checkDeadLetters: Check = async (world) => {
  const { add, findings } = finder('dead letters are the poison')
  const key = (consumer: string, payload: Uint8Array) => `${consumer} ${Buffer.from(payload).toString('base64')}`
  const found = new Set<string>()
  const known = new Set(
    [...world.poison, ...world.lostPoison].flatMap(({ consumers, payload }) =>
      consumers.map((consumer) => key(consumer, payload)),
    ),
  )
  for (const context of contexts) {
    const letters = await rowsOf<Letter>(
      world,
      context,
      'select consumer, event_type, status, reason, payload from dead_letters',
    )
    for (const { consumer, event_type, status, reason, payload } of letters) {
      found.add(key(consumer, payload))
      if (known.has(key(consumer, payload))) continue
      add('stuck', `${consumer} put ${event_type} aside (${status}): ${reason}`)
    }
  }
  for (const { consumers, payload, kind } of world.poison) {
    for (const consumer of consumers) {
      if (!found.has(key(consumer, payload))) add('lost', `poison (${kind}) has become no dead letter of ${consumer}`)
    }
  }
  return findings
}
