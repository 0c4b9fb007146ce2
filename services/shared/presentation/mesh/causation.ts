import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { CausationKind, type CausationNode, CausationNodeSchema } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { dateOf, timestamp } from '../../domain/timestamp.ts'

/** What one context kept under one correlation id. */
export interface CausationRows {
  events: readonly {
    id: string
    type: string
    causationId: string
    /** The path of an rpc, `consumer:<name>` or `process:<name>`. */
    cause: string
    at: Date
    isQueued: boolean
  }[]
  deliveries: readonly { consumer: string; eventId: string; outcome: string; at: Date }[]
  commands: readonly { id: string; process: string; step: string; causationId: string; outcome: string; at: Date }[]
  timers: readonly { id: string; process: string; name: string; causationId: string; outcome: string; at: Date }[]
}

/** Consumers of two contexts may have the same name and hear the same event. */
const deliveryId = (context: string, consumer: string, eventId: string): string => `${context}.${consumer}:${eventId}`

/** The same causation id reaches every rpc that a handler calls: the path tells them apart. */
const rpcId = (causationId: string, path: string): string => `${causationId}:${path}`

const causeOfRpc = ({ id }: CausationNode): string => id.slice(0, id.indexOf(':/'))

const node = (init: MessageInitShape<typeof CausationNodeSchema>): CausationNode => create(CausationNodeSchema, init)

/**
 * One context's part of the tree. An rpc is known by the events it recorded; its parent is what its caller was
 * handling, which other contexts may know.
 */
export const causationNodes = (context: string, rows: CausationRows): CausationNode[] => {
  const deliveries = rows.deliveries.map(({ consumer, eventId, outcome, at }) =>
    node({
      id: deliveryId(context, consumer, eventId),
      parentId: eventId,
      kind: CausationKind.DELIVERY,
      context,
      name: consumer,
      at: timestamp(at),
      outcome,
    }),
  )
  const delivered = new Set(deliveries.map(({ id }) => id))
  const handledBy = (consumer: string, causationId: string): string => {
    const id = deliveryId(context, consumer, causationId)
    return delivered.has(id) ? id : causationId
  }
  const parentOf = ({ cause, causationId }: { cause: string; causationId: string }): string => {
    if (cause.startsWith('/')) return rpcId(causationId, cause)
    if (cause.startsWith('process:')) return handledBy(cause.replace(':', '-'), causationId)
    return handledBy(cause.slice(cause.indexOf(':') + 1), causationId)
  }

  const rpcs = rows.events
    .filter(({ cause }) => cause.startsWith('/'))
    .map(({ cause, causationId, at }) =>
      node({
        id: rpcId(causationId, cause),
        parentId: causationId,
        kind: CausationKind.RPC,
        context,
        name: cause,
        at: timestamp(at),
        outcome: 'done',
      }),
    )
  const events = rows.events.map((event) =>
    node({
      id: event.id,
      parentId: parentOf(event),
      kind: CausationKind.EVENT,
      context,
      name: event.type,
      at: timestamp(event.at),
      outcome: event.isQueued ? 'queued' : 'published',
    }),
  )
  const steps = [
    ...rows.commands.map((command) => ({ ...command, kind: CausationKind.COMMAND, name: command.step })),
    ...rows.timers.map((timer) => ({ ...timer, kind: CausationKind.TIMER })),
  ].map(({ id, process, name, causationId, outcome, at, kind }) =>
    node({
      id,
      parentId: handledBy(`process-${process}`, causationId),
      kind,
      context,
      name: `${process}.${name}`,
      at: timestamp(at),
      outcome,
    }),
  )
  return [...rpcs, ...events, ...deliveries, ...steps]
}

const timeOf = ({ at }: CausationNode): number => dateOf(at)?.getTime() ?? 0

/**
 * Joins the parts of the tree: each node once, by time, parents before their children. An rpc that nothing in the
 * tree called is a root.
 */
export const mergeCausation = (parts: readonly (readonly CausationNode[])[]): CausationNode[] => {
  const known = new Set(parts.flat().map(({ id }) => id))
  const byId = new Map<string, CausationNode>()
  for (const each of parts.flat().toSorted((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1))) {
    const cause = each.kind === CausationKind.RPC ? causeOfRpc(each) : each.parentId
    const isRoot = each.kind === CausationKind.RPC && !known.has(cause)
    if (!byId.has(each.id)) byId.set(each.id, { ...each, parentId: isRoot ? '' : cause })
  }
  const merged = new Set<CausationNode>()
  for (const each of byId.values()) {
    const line = new Set<CausationNode>()
    for (let at: CausationNode | undefined = each; at && !merged.has(at) && !line.has(at); at = byId.get(at.parentId)) {
      line.add(at)
    }
    for (const ancestor of [...line].reverse()) merged.add(ancestor)
  }
  return [...merged]
}
