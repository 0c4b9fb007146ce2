import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type StoryCreated,
  StoryCreatedSchema,
  type StoryUpdated,
  StoryUpdatedSchema,
} from '#gen/troupe/story/v1/story_events_pb.ts'
import { EventSourcedAggregate, type RecordedEvent, recordedEvents } from '../domain/aggregate.ts'
import { storedEvents } from '../infrastructure/event-store.ts'
import { Note } from './fixture.ts'

class Ledger extends EventSourcedAggregate {
  titles: string[] = []

  open(title: string): this {
    this.raise(StoryCreatedSchema, { storyId: this.id, title })
    return this
  }

  retitle(title: string): void {
    if (title === '') throw new Error('empty')
    this.raise(StoryUpdatedSchema, { storyId: this.id, title })
  }

  protected apply({ message }: RecordedEvent): void {
    this.titles.push((message as StoryCreated | StoryUpdated).title)
  }
}

const now = new Date('2026-01-01T00:00:00Z')
const asTheyAre = (event: RecordedEvent) => event
const versionsOf = (ledger: Ledger) => storedEvents([ledger], now, asTheyAre).map(({ version }) => version)

describe('an event-sourced aggregate', () => {
  it('is the same again after its events are replayed, and goes on from there', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), fc.array(fc.string({ minLength: 1 })), (before, after) => {
        const made = new Ledger('a').open('first')
        for (const title of before) made.retitle(title)
        const again = new Ledger('a').replay(recordedEvents(made))
        expect(again.titles).toEqual(made.titles)
        expect(again.revision).toBe(before.length + 1)
        expect(recordedEvents(again)).toEqual([])
        for (const title of after) {
          made.retitle(title)
          again.retitle(title)
        }
        expect(again.titles).toEqual(made.titles)
        expect(recordedEvents(again)).toEqual(recordedEvents(made).slice(before.length + 1))
        expect(versionsOf(again)).toEqual(after.map((_, index) => before.length + 2 + index))
        expect(versionsOf(made)).toEqual(recordedEvents(made).map((_, index) => index + 1))
      }),
    )
  })

  it('records nothing when it refuses', () => {
    const ledger = new Ledger('a').open('first')
    expect(() => ledger.retitle('')).toThrow('empty')
    expect(recordedEvents(ledger)).toHaveLength(1)
    expect(ledger.titles).toEqual(['first'])
  })
})

describe('an aggregate', () => {
  it('keeps its events in the order in which it recorded them, apart from others', () => {
    const [one, other] = [Note.write('1', 'ann', 'a'), Note.write('2', 'ben', 'b')]
    one.edit('c', 2)
    other.touch()
    one.touch()
    const names = (note: Note) => recordedEvents(note).map(({ schema }) => schema.name)
    expect(names(one)).toEqual(['StoryCreated', 'StoryUpdated', 'StoryUpdated', 'StoryUpdated'])
    expect(names(other)).toEqual(['StoryCreated', 'StoryUpdated'])
    expect(storedEvents([one, other], now, asTheyAre).map(({ streamId, version }) => `${streamId}:${version}`)).toEqual(
      ['1:1', '1:2', '1:3', '1:4', '2:1', '2:2'],
    )
  })

  it('gives its events ids in the order of their versions, however many there are', () => {
    const note = Note.write('1', 'ann', 'a')
    note.edit('b', 10_000)
    const ids = storedEvents([note], now, asTheyAre).map(({ id }) => id)
    expect(ids).toHaveLength(10_001)
    expect(ids.findIndex((id, index) => index > 0 && id <= (ids[index - 1] as string))).toBe(-1)
  })
})
