import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { CausationKind, CausationNodeSchema } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { chainLines } from './causal-chain.ts'

const node = (
  id: string,
  parentId: string,
  kind: CausationKind,
  context: string,
  name: string,
  ms: number,
  outcome = '',
) =>
  create(CausationNodeSchema, { id, parentId, kind, context, name, at: timestamp(new Date(1_000_000 + ms)), outcome })

test('a chain is a tree with times since its root', () => {
  const nodes = [
    node('r', '', CausationKind.RPC, 'story', '/troupe.story.v1.StoryService/PublishStory', 0, 'done'),
    node('e', 'r', CausationKind.EVENT, 'story', 'troupe.story.v1.PublishingStarted', 0),
    node('d', 'e', CausationKind.DELIVERY, 'story', 'process-publishing', 12, 'done'),
    node('c', 'd', CausationKind.COMMAND, 'story', 'publishing.validate', 1_230, 'dead: no'),
  ]
  expect(chainLines(nodes, 100)).toEqual([
    '     +0 ms  rpc story: StoryService/PublishStory · done',
    '     +0 ms  └─ event story: PublishingStarted',
    '    +12 ms     └─ delivery story: process-publishing · done',
    '  +1230 ms        └─ command story: publishing.validate · dead: no',
  ])
  for (const line of chainLines(nodes, 40)) expect(line.length).toBeLessThanOrEqual(40)
})
