import { describe, expect, it } from 'vitest'
import {
  EventCancelledSchema,
  EventCompletedSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { command, end, timer } from '#shared/application/process-output.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { answer, due, eachPair, event, expired, given, type PairTable, refused } from '../../shared/tests/given.ts'
import { completionProcess } from '../application/completion.process.ts'

const { completePastEvent } = CatalogService.method
const eventId = 'e1'
const [endsAt, later] = [new Date('2030-02-01T22:00:00Z'), new Date('2030-03-01T22:00:00Z')]

const messages = {
  published: event(EventPublishedSchema, { eventId, endsAt: timestamp(endsAt) }),
  updated: event(EventUpdatedSchema, { eventId, endsAt: timestamp(later) }),
  cancelled: event(EventCancelledSchema, { eventId, wasPublished: true }),
  completed: event(EventCompletedSchema, { eventId }),
  'end due': due('end'),
  answered: answer('complete', completePastEvent, {}),
  refused: refused('complete', completePastEvent, 'INTERNAL'),
  expired: expired('complete', completePastEvent),
} as const

const complete = (options = {}) => command('complete', completePastEvent, { eventId }, options)
const open = {
  published: [timer('end', endsAt)],
  updated: [timer('end', later)],
  cancelled: [end()],
  completed: [end()],
}
const waiting = {
  ...open,
  'end due': [complete()],
  refused: [complete({ delayMs: 3_600_000 })],
  expired: [complete()],
}

const table: PairTable<keyof typeof messages> = {
  new: { history: [], at: 'new', does: open },
  waiting: { history: ['published'], at: 'waiting', does: waiting },
  'waiting for another end': { history: ['published', 'updated'], at: 'waiting', does: waiting },
  completing: { history: ['published', 'end due'], at: 'waiting', does: waiting },
  'answered, and moved meanwhile': {
    history: ['published', 'end due', 'updated', 'answered'],
    at: 'waiting',
    does: waiting,
  },
  cancelled: { history: ['published', 'cancelled'], at: 'waiting', does: {} },
  completed: { history: ['published', 'end due', 'answered', 'completed'], at: 'waiting', does: {} },
}

describe('the completion process', () => {
  it('is found by the event, and hears nothing of drafts that are cancelled', () => {
    expect(completionProcess.correlate(messages.published)).toBe(eventId)
    expect(completionProcess.correlate(messages.cancelled)).toBe(eventId)
    expect(completionProcess.correlate(event(EventCancelledSchema, { eventId }))).toBeUndefined()
  })

  it('waits for the end of an event, wherever that is moved to, and completes it', () => {
    given(completionProcess)
      .when(messages.published)
      .then([timer('end', endsAt)])
    given(completionProcess, messages.published)
      .when(messages.updated)
      .then([timer('end', later)])
    given(completionProcess, messages.published, messages.updated).when(messages['end due']).then([complete()])
    given(completionProcess, messages.published, messages['end due'], messages.answered)
      .when(messages.completed)
      .then([end()])
  })

  eachPair(completionProcess, messages, table)
})
