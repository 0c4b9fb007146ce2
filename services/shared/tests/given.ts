import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import {
  type AnswerMessage,
  advance,
  type ErrorMessage,
  type EventMessage,
  type ExpiredMessage,
  type ProcessDefinition,
  type ProcessInstance,
  type ProcessMessage,
  type StatusName,
  type TimerMessage,
} from '../application/process.ts'
import type { ProcessOutput } from '../application/process-output.ts'

/** When test messages are handled, where they do not say. */
export const testTime = new Date('2030-01-01T12:00:00Z')

export const event = <E extends DescMessage>(schema: E, init: MessageInitShape<E>, at = testTime): EventMessage<E> => ({
  kind: 'event',
  event: create(schema, init),
  at,
})

export const answer = <M extends DescMethodUnary>(
  step: string,
  method: M,
  response: MessageInitShape<M['output']>,
  at = testTime,
): AnswerMessage<M> => ({
  kind: 'answer',
  step,
  method,
  response: create(method.output, response) as MessageShape<M['output']>,
  at,
})

export const refused = <M extends DescMethodUnary>(
  step: string,
  method: M,
  code: StatusName,
  reason = '',
  at = testTime,
): ErrorMessage<M> => ({ kind: 'error', step, method, code, reason, message: reason.toLowerCase(), at })

export const expired = <M extends DescMethodUnary>(step: string, method: M, at = testTime): ExpiredMessage<M> => ({
  kind: 'expired',
  step,
  method,
  at,
})

export const due = (name: string, at = testTime): TimerMessage => ({ kind: 'timer', name, at })

const plain = (output: ProcessOutput) =>
  output.kind === 'command'
    ? { ...output, method: output.method.toString(), request: toJson(output.method.input, output.request as Message) }
    : output

/**
 * Tells a process' story: the messages an instance had, the one that comes now, and what is to come of it.
 * `then` compares outputs field by field, protobuf messages by their JSON; an ended instance has none.
 */
export const given = <State, Events extends readonly DescMessage[], Commands extends readonly DescMethodUnary[]>(
  process: ProcessDefinition<State, Events, Commands>,
  ...messages: ProcessMessage<Events, Commands>[]
) => {
  let before: ProcessInstance<State> | undefined
  for (const message of messages) before = advance(process, before, message)?.instance ?? before
  return {
    when: (message: ProcessMessage<Events, Commands>) => {
      const step = advance(process, before, message)
      return {
        // biome-ignore lint/suspicious/noThenProperty: given, when, then; nobody awaits it
        then: (outputs: readonly ProcessOutput[]) => {
          expect((step?.outputs ?? []).map(plain)).toEqual(outputs.map(plain))
        },
        /** The instance afterwards. */
        instance: step?.instance ?? before,
      }
    },
  }
}

/** For each state of a process: the messages that lead there, what says that it is there, and what each message does. */
export type PairTable<Name extends string> = Readonly<
  Record<
    string,
    {
      history: readonly Name[]
      at: string
      /** All others do nothing and leave the state as it is. */
      does: Partial<Record<Name, readonly ProcessOutput[]>>
    }
  >
>

/** Tests every pair of a state and a message: what the table tells happens, and nothing else. */
export const eachPair = <
  State,
  Events extends readonly DescMessage[],
  Commands extends readonly DescMethodUnary[],
  Name extends string,
>(
  process: ProcessDefinition<State, Events, Commands>,
  messages: Readonly<Record<Name, ProcessMessage<Events, Commands>>>,
  table: PairTable<NoInfer<Name>>,
): void => {
  const stateOf = (past: readonly ProcessMessage<Events, Commands>[]) => {
    const last = past.at(-1)
    return last ? given(process, ...past.slice(0, -1)).when(last).instance?.state : process.initial()
  }
  for (const [state, { history, at, does }] of Object.entries(table)) {
    describe(state, () => {
      const past = history.map((name) => messages[name])
      for (const name of Object.keys(messages) as Name[]) {
        it(name, () => {
          const before = stateOf(past)
          expect(before).toMatchObject({ at })
          const step = given(process, ...past).when(messages[name])
          step.then(does[name] ?? [])
          if (!does[name]) expect(step.instance?.state ?? before).toEqual(before)
        })
      }
    })
  }
}
