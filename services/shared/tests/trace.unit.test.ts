import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CausationKind as Kind } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { type CausationRows, causationNodes, mergeCausation } from '../presentation/mesh/causation.ts'

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second))
const nothing: CausationRows = { events: [], deliveries: [], commands: [], timers: [] }
const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [rpc, created, command, timer, reserved] = [1, 2, 3, 4, 5].map(uuid) as [string, string, string, string, string]

const createStory = '/troupe.story.v1.StoryService/CreateStory'
const reserve = '/troupe.booking.v1.BookingService/Reserve'

const story = causationNodes('story', {
  ...nothing,
  events: [{ id: created, type: 'StoryCreated', causationId: rpc, cause: createStory, at: at(1), isQueued: false }],
  deliveries: [{ consumer: 'process-publish', eventId: created, outcome: 'done', at: at(2) }],
  commands: [{ id: command, process: 'publish', step: 'reserve', causationId: created, outcome: 'done', at: at(2) }],
  timers: [{ id: timer, process: 'publish', name: 'lapse', causationId: command, outcome: 'due', at: at(60) }],
})
const booking = causationNodes('booking', {
  ...nothing,
  events: [{ id: reserved, type: 'Reserved', causationId: command, cause: reserve, at: at(3), isQueued: true }],
  deliveries: [{ consumer: 'process-publish', eventId: created, outcome: 'dead: no', at: at(2) }],
})

const tree = (nodes: ReturnType<typeof mergeCausation>) => nodes.map(({ id, parentId, kind }) => [kind, id, parentId])

describe('a causation tree', () => {
  it('leads from the rpc over event, delivery and command to what another context did', () => {
    const delivered = `story.process-publish:${created}`
    expect(tree(mergeCausation([booking, story]))).toEqual([
      [Kind.RPC, `${rpc}:${createStory}`, ''],
      [Kind.EVENT, created, `${rpc}:${createStory}`],
      [Kind.DELIVERY, delivered, created],
      [Kind.COMMAND, command, delivered],
      [Kind.DELIVERY, `booking.process-publish:${created}`, created],
      [Kind.RPC, `${command}:${reserve}`, command],
      [Kind.EVENT, reserved, `${command}:${reserve}`],
      [Kind.TIMER, timer, command],
    ])
  })

  it('puts what a consumer caused under its delivery', () => {
    const nodes = causationNodes('story', {
      ...nothing,
      events: [
        { id: created, type: 'StoryCreated', causationId: rpc, cause: createStory, at: at(1), isQueued: false },
        { id: reserved, type: 'Noted', causationId: created, cause: 'consumer:notes', at: at(2), isQueued: false },
      ],
      deliveries: [{ consumer: 'notes', eventId: created, outcome: 'done', at: at(2) }],
    })
    expect(nodes.find(({ id }) => id === reserved)?.parentId).toBe(`story.notes:${created}`)
    expect(nodes.find(({ kind }) => kind === Kind.DELIVERY)).toMatchObject({ parentId: created, name: 'notes' })
  })

  it('gives an rpc that recorded several events one node, at the time of the first', () => {
    const events = [2, 3].map((n) => ({
      id: uuid(n),
      type: 'StoryUpdated',
      causationId: rpc,
      cause: createStory,
      at: at(n),
      isQueued: false,
    }))
    const nodes = mergeCausation([causationNodes('story', { ...nothing, events })])
    expect(nodes.map(({ id }) => id)).toEqual([`${rpc}:${createStory}`, uuid(2), uuid(3)])
    expect(nodes[0]?.at).toEqual(nodes[1]?.at)
  })

  it('merges merged parts to the same tree: processes merge before the gateway does', () => {
    expect(mergeCausation([mergeCausation([booking]), mergeCausation([story])])).toEqual(
      mergeCausation([story, booking]),
    )
  })

  it('has every node once and parents before their children, whatever the clocks say', () => {
    const rows = fc.array(fc.record({ parent: fc.nat(30), second: fc.nat(50) }), { maxLength: 30 })
    fc.assert(
      fc.property(rows, (steps) => {
        const commands = steps.map(({ parent, second }, index) => ({
          id: uuid(index),
          process: 'p',
          step: 's',
          causationId: uuid(parent < index ? parent : 1000 + index),
          outcome: 'done',
          at: at(second),
        }))
        const nodes = causationNodes('story', { ...nothing, commands })
        const merged = mergeCausation([nodes, nodes.slice(0, 5)])
        expect(merged.map(({ id }) => id).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted())
        const place = new Map(merged.map(({ id }, index) => [id, index]))
        for (const [index, { parentId }] of merged.entries()) expect(place.get(parentId) ?? -1).toBeLessThan(index)
      }),
    )
  })
})
