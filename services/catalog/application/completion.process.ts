import {
  EventCancelledSchema,
  EventCompletedSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { defineProcess, isEvent, type ProcessMessage, stepwise, type Transition } from '#shared/application/process.ts'
import { command, end, timer } from '#shared/application/process-output.ts'
import { dateOf } from '#shared/domain/timestamp.ts'

const { completePastEvent } = CatalogService.method
const events = [EventPublishedSchema, EventUpdatedSchema, EventCancelledSchema, EventCompletedSchema] as const
const commands = [completePastEvent] as const

type Message = ProcessMessage<typeof events, typeof commands>

export type CompletionState = { at: 'new' } | { at: 'waiting'; event: string }

type Step = Transition<CompletionState, (typeof commands)[number]>

const tryAgainMs = 60 * 60 * 1000

const complete = (eventId: string, delayMs = 0) => command('complete', completePastEvent, { eventId }, { delayMs })

const step = (state: CompletionState, message: Message): Step => {
  const stay: Step = { next: state, outputs: [] }
  if (isEvent(message, EventPublishedSchema) || isEvent(message, EventUpdatedSchema)) {
    const { eventId, endsAt } = message.event
    const outputs = [timer('end', dateOf(endsAt) ?? message.at)]
    return { next: { at: 'waiting', event: eventId }, outputs }
  }
  if (message.kind === 'event') return { next: state, outputs: [end()] }
  if (state.at === 'new') return stay
  switch (message.kind) {
    case 'timer':
    case 'expired':
      return { next: state, outputs: [complete(state.event)] }
    case 'error':
      return { next: state, outputs: [complete(state.event, tryAgainMs)] }
    // That it was completed is told by an event; where not, another end was told before.
    case 'answer':
      return stay
  }
}

/** Completes published events once their end has passed, whenever that is moved to. The only one that does by itself. */
export const completionProcess = defineProcess({
  name: 'completion',
  events,
  commands,
  initial: (): CompletionState => ({ at: 'new' }),
  // Of a draft that is cancelled nothing was ever waited for.
  correlate: ({ event }) =>
    event.$typeName === EventCancelledSchema.typeName && !event.wasPublished ? undefined : event.eventId,
  ...stepwise(step),
})
