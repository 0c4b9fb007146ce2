import type { DescMessage, DescMethodUnary, MessageShape } from '@bufbuild/protobuf'
import type { ProcessOutput } from './process-output.ts'

/** A status of gRPC, by its name. */
export type StatusName =
  | 'CANCELED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED'

interface Handled {
  /** The mesh's time when the message is handled. */
  readonly at: Date
}

/** One of the events that the process listens to. */
export interface EventMessage<E extends DescMessage = DescMessage> extends Handled {
  readonly kind: 'event'
  readonly event: MessageShape<E>
}

/** A command was done. */
export interface AnswerMessage<M extends DescMethodUnary = DescMethodUnary> extends Handled {
  readonly kind: 'answer'
  readonly step: string
  readonly method: M
  readonly response: MessageShape<M['output']>
}

/** A command was refused for good. `reason` is the callee's UPPER_SNAKE_CASE constant, empty where it gave none. */
export interface ErrorMessage<M extends DescMethodUnary = DescMethodUnary> extends Handled {
  readonly kind: 'error'
  readonly step: string
  readonly method: M
  readonly code: StatusName
  readonly reason: string
  readonly message: string
}

/** A command was not answered in its time: whether it was done is not known. */
export interface ExpiredMessage<M extends DescMethodUnary = DescMethodUnary> extends Handled {
  readonly kind: 'expired'
  readonly step: string
  readonly method: M
}

/** A timer ran out. */
export interface TimerMessage extends Handled {
  readonly kind: 'timer'
  readonly name: string
}

type Each<T> = readonly T[]
type AnswerOf<M extends DescMethodUnary> = M extends DescMethodUnary ? AnswerMessage<M> : never

/** Everything that can reach a process with these events and commands. */
export type ProcessMessage<
  Events extends Each<DescMessage> = Each<DescMessage>,
  Commands extends Each<DescMethodUnary> = Each<DescMethodUnary>,
> =
  | EventMessage<Events[number]>
  | AnswerOf<Commands[number]>
  | ErrorMessage<Commands[number]>
  | ExpiredMessage<Commands[number]>
  | TimerMessage

/** What survives being written as JSON and read again. */
export type PlainJson<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends bigint | symbol | Date | ((...args: never[]) => unknown)
    ? never
    : { [Key in keyof T]: PlainJson<T[Key]> }

/**
 * Long-running work across contexts, as pure functions: nothing in them reads a clock, makes an id or talks to anyone.
 * The kernel keeps the state, makes the commands' calls and watches the timers.
 */
export interface ProcessDefinition<
  State,
  Events extends Each<DescMessage> = Each<DescMessage>,
  Commands extends Each<DescMethodUnary> = Each<DescMethodUnary>,
> {
  /** Unique in its context, and for ever: its instances are found by it. */
  readonly name: string
  /** The events that start and steer it. */
  readonly events: Events
  /** The rpcs it may command. One stays listed while an older instance may still wait for it. */
  readonly commands: Commands
  /** The state of an instance that nothing has reached yet. */
  readonly initial: () => State
  /** Which instance an event belongs to; undefined when it is none of ours. Answers and timers find their own. */
  readonly correlate: (message: EventMessage<Events[number]>) => string | undefined
  /** What to do about a message, given the state before it. */
  readonly decide: (
    state: State,
    message: ProcessMessage<Events, Commands>,
  ) => readonly ProcessOutput<Commands[number]>[]
  /** The state after a message. Returning the very state it was given says that nothing changed. */
  readonly evolve: (state: State, message: ProcessMessage<Events, Commands>) => State
}

/** A process whose particular types no longer matter, as the kernel runs it. */
// biome-ignore lint/suspicious/noExplicitAny: state and messages are each process' own business
export type AnyProcess = ProcessDefinition<any, any, any>

/** Declares a process. State is plain JSON. */
export const defineProcess = <
  State,
  const Events extends Each<DescMessage>,
  const Commands extends Each<DescMethodUnary>,
>(
  definition: ProcessDefinition<State, Events, Commands> & { readonly initial: () => NoInfer<PlainJson<State>> },
): ProcessDefinition<State, Events, Commands> => definition

/** What a message makes of a state, and what is to be done about it. */
export interface Transition<State, M extends DescMethodUnary = DescMethodUnary> {
  readonly next: State
  readonly outputs: readonly ProcessOutput<M>[]
}

/** `decide` and `evolve` of a process that reads better as one function of both. */
export const stepwise = <State, Message, Output>(
  step: (state: State, message: Message) => { readonly next: State; readonly outputs: readonly Output[] },
) => ({
  decide: (state: State, message: Message): readonly Output[] => step(state, message).outputs,
  evolve: (state: State, message: Message): State => step(state, message).next,
})

/** Whether a message is the answer to a command of this method; its response is typed accordingly. */
export const isAnswer = <M extends DescMethodUnary>(message: ProcessMessage, method: M): message is AnswerMessage<M> =>
  message.kind === 'answer' && isSame(message.method, method)

/** Whether a message is an event of this type. */
export const isEvent = <M extends ProcessMessage, E extends DescMessage>(
  message: M,
  schema: E,
): message is Extract<M, { kind: 'event' }> & EventMessage<E> =>
  message.kind === 'event' && message.event.$typeName === schema.typeName

const isSame = (a: DescMethodUnary, b: DescMethodUnary) => a.name === b.name && a.parent.typeName === b.parent.typeName

/** What is kept of one instance. An ended one is kept as well, so that late messages find it and are ignored. */
export interface ProcessInstance<State> {
  readonly state: State
  readonly ended: boolean
}

/** One step: what a message makes of an instance. Undefined when the instance has ended. */
export const advance = <State, Events extends Each<DescMessage>, Commands extends Each<DescMethodUnary>>(
  definition: ProcessDefinition<State, Events, Commands>,
  before: ProcessInstance<State> | undefined,
  message: ProcessMessage<Events, Commands>,
): { instance: ProcessInstance<State>; outputs: readonly ProcessOutput<Commands[number]>[] } | undefined => {
  if (before?.ended) return undefined
  const state = before ? before.state : definition.initial()
  const outputs = definition.decide(state, message)
  const ended = outputs.some((output) => output.kind === 'end')
  return { instance: { state: definition.evolve(state, message), ended }, outputs }
}
