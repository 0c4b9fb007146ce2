import { afterAll, beforeAll, expect } from 'vitest'
import { comparable, type Deliberate } from './allowances.ts'
import { type Behaviour, type BothPaths, type Path, startBoth } from './both-paths.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { type RawClient, rawClient, type Sent } from './raw-client.ts'

export interface Compared {
  lean: Outcome
  reference: Outcome
}

export interface Comparison {
  both: () => BothPaths
  /** Makes one call on either path. */
  run(sent: Sent, behaviour?: Behaviour): Promise<Compared>
  /** Makes one call on either path, expects both to come to the same, and returns that. */
  same(sent: Sent, behaviour?: Behaviour): Promise<Outcome>
  /** Makes one call on our path alone: the other one may answer nothing. */
  ours(why: Deliberate, sent: Sent): Promise<Outcome>
  /** The same for a call that is known to differ: expects that it does, and returns ours. */
  differs(why: Deliberate, sent: Sent, behaviour?: Behaviour): Promise<Outcome>
}

/** Two servers for the tests of a file. */
export const comparison = (options: Parameters<typeof startBoth>[0] = {}): Comparison => {
  let both: BothPaths
  let clients: Record<Path, RawClient>
  beforeAll(async () => {
    both = await startBoth(options)
    clients = { lean: rawClient(both.servers.lean), reference: rawClient(both.servers.reference) }
  })
  afterAll(async () => {
    clients.lean.close()
    clients.reference.close()
    await both.close()
  })

  const runOn = async (path: Path, sent: Sent, id: string | undefined): Promise<Outcome> => {
    const headers = id === undefined ? sent.headers : { ...sent.headers, 'x-case': id }
    const raw = await clients[path].send({ ...sent, headers })
    // What the server does after the answer, or instead of one, belongs to the outcome too.
    await both.idle(path)
    return comparable(outcomeOf(raw, id === undefined ? [] : both.notesOf(path, id)), path)
  }
  const run = async (sent: Sent, behaviour?: Behaviour): Promise<Compared> => {
    const id = behaviour && both.behave(behaviour)
    const [lean, reference] = await Promise.all([runOn('lean', sent, id), runOn('reference', sent, id)])
    return { lean, reference }
  }
  return {
    both: () => both,
    run,
    ours: (_why, sent) => runOn('lean', sent, undefined),
    same: async (sent, behaviour) => {
      const { lean, reference } = await run(sent, behaviour)
      expect(lean).toEqual(reference)
      return lean
    },
    differs: async (_why, sent, behaviour) => {
      const { lean, reference } = await run(sent, behaviour)
      expect(lean).not.toEqual(reference)
      return lean
    },
  }
}

/** For what Connect does one time so and another time otherwise: looks at ours alone. */
export const expectOurs = (_why: Deliberate, seen: unknown) => expect(seen)

/** The code that an answer of any protocol tells, as a number of gRPC or as Connect spells it; undefined for success. */
export const codeIn = ({ parts, trailers, headers }: Outcome): string | undefined => {
  const fields = parts.find((part) => part.fields)?.fields
  const told = parts[0]?.error?.code ?? fields?.['grpc-status'] ?? trailers['grpc-status'] ?? headers['grpc-status']
  return told === '0' ? undefined : (told as string | undefined)
}
