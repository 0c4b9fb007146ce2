import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@connectrpc/connect'
import { CausationKindSchema, type CausationNode, type MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { table } from '../table.ts'
import { clip, oneLine, pad } from '../text-width.ts'
import { enumName } from './enum-name.ts'
import type { Screen } from './screen.ts'
import { drawTree } from './tree.ts'

const eventsShown = 12
const patience = 3_000

const shortName = (name: string): string => name.replace(/^\/?troupe\.[a-z]+\.v\d+\./, '')
const timeOf = ({ at }: CausationNode): number => dateOf(at)?.getTime() ?? 0
const kindOf = ({ kind }: CausationNode): string => enumName(CausationKindSchema, kind)
const isUnfinished = ({ outcome }: CausationNode): boolean => outcome === 'due' || outcome === 'queued'

/** Lines of a tree: how long after the first root, what happened, in which context, what became of it. */
export const chainLines = (nodes: readonly CausationNode[], width: number): string[] => {
  const began = Math.min(...nodes.map(timeOf))
  return drawTree(nodes).map(({ node, branch }) => {
    const after = pad(`+${timeOf(node) - began} ms`, 10, 'left')
    const outcome = node.outcome ? ` · ${oneLine(node.outcome)}` : ''
    return clip(`${after}  ${branch}${kindOf(node)} ${node.context}: ${shortName(node.name)}${outcome}`, width)
  })
}

/** Everything under one correlation id, once nothing more is added to it, at the latest after 3 s. */
const readWhole = async (mesh: Client<typeof MeshService>, correlationId: string): Promise<CausationNode[]> => {
  const deadline = performance.now() + patience
  let before = -1
  for (;;) {
    const { nodes } = await mesh.traceCausation({ correlationId })
    const isWhole = nodes.length === before && !nodes.some(isUnfinished)
    if (isWhole || performance.now() > deadline) return nodes
    before = nodes.length
    await sleep(250)
  }
}

/** Prints what one rpc caused. */
export const printChain = async (
  screen: Screen,
  mesh: Client<typeof MeshService>,
  rpc: string,
  correlationId: string,
): Promise<void> => {
  if (!correlationId) throw new Error(`the answer to ${rpc} had no x-correlation-id`)
  const nodes = await readWhole(mesh, correlationId)
  screen.say(`\n  ${rpc}, correlation id ${correlationId}`)
  for (const line of chainLines(nodes, screen.width)) screen.say(line)
}

/** Prints the newest events of the mesh, newest first. */
export const printRecentEvents = async (screen: Screen, mesh: Client<typeof MeshService>): Promise<void> => {
  const { events } = await mesh.listRecentEvents({ pageSize: eventsShown })
  const rows = events.map(({ occurredAt, context, type, aggregateType, aggregateId, aggregateVersion, actor }) => [
    dateOf(occurredAt)?.toISOString().slice(11, 23) ?? '—',
    context,
    shortName(type),
    `${aggregateType} …${aggregateId.slice(-8)}`,
    aggregateVersion,
    actor.startsWith('service:') ? actor : actor && `user …${actor.slice(-8)}`,
  ])
  const titles = ['time (UTC)', 'context', 'event', 'of', 'version', 'by']
  for (const line of table(titles, rows, screen.width - 2)) screen.say(`  ${line}`)
}
