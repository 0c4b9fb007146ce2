import { JetStreamApiError } from '@nats-io/jetstream'
import { createInbox, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import { InFlight } from './in-flight.ts'
import type { Nats } from './nats.ts'

const patienceMs = 5000
const lookMs = 1000

interface Waiting {
  since: number
  resolve(sequence: number): void
  reject(error: Error): void
}

/** Publishes to streams. */
export interface Publisher {
  /** Resolves with the message's number on its stream once that has stored it, or had stored it before. */
  publish(subject: string, payload: Uint8Array, headers: MsgHdrs): Promise<number>
  close(): void
}

const readAnswer = (message: Msg): number => {
  if (message.data.length === 0) throw new Error(`no stream takes ${message.subject}: ${message.headers?.status ?? ''}`)
  const { seq, error } = message.json<{ seq?: number; error?: ConstructorParameters<typeof JetStreamApiError>[0] }>()
  if (error) throw new JetStreamApiError(error)
  if (!seq) throw new Error('what answered is no stream')
  return seq
}

/**
 * Opens a publisher. One subscription hears all its acknowledgements and one clock watches over them; nats.js' own
 * requests have a timer, five promises and an error each. What was under way when the connection broke is given up.
 */
export const openPublisher = ({ connection, onReconnect }: Nats): Publisher => {
  const inbox = createInbox()
  const waiting = new InFlight<number, Waiting>()
  let count = 0

  const giveUp = (reason: string, before = Number.POSITIVE_INFINITY) => {
    for (const [number, { since, reject }] of waiting.entries()) {
      if (since > before) continue
      waiting.delete(number)
      reject(new Error(reason))
    }
  }

  const receive = (failure: Error | null, message: Msg) => {
    if (failure) return giveUp(failure.message)
    const number = Number(message.subject.slice(inbox.length + 1))
    const asked = waiting.get(number)
    waiting.delete(number)
    try {
      asked?.resolve(readAnswer(message))
    } catch (error) {
      asked?.reject(error as Error)
    }
  }

  const subscription = connection.subscribe(`${inbox}.*`, { callback: receive })
  const forget = onReconnect(() => giveUp('the connection broke'))
  const clock = setInterval(() => giveUp(`no answer within ${patienceMs} ms`, performance.now() - patienceMs), lookMs)
  clock.unref()
  return {
    publish: (subject, payload, headers) =>
      new Promise((resolve, reject) => {
        count += 1
        connection.publish(subject, payload, { headers, reply: `${inbox}.${count}` })
        waiting.set(count, { since: performance.now(), resolve, reject })
      }),
    close: () => {
      clearInterval(clock)
      forget()
      subscription.unsubscribe()
      giveUp('the publisher was closed')
    },
  }
}
