import { type Figure, showFigures } from './figures.ts'
import { untilCarried } from './gateway-writes.ts'
import { installPeers } from './install-peers.ts'
import { gatewayRun } from './load/gateway-load.ts'
import { type NodeLoad, startNodeLoad } from './load/node-load.ts'
import { alternate, type Run, type Sample } from './measure.ts'
import { type BenchMesh, startBenchMesh } from './mesh.ts'
import { type Peer, type PeerLoad, startEmmett, startMoleculer, startNest } from './peer-runs.ts'
import { withCpuOf } from './process-cpu.ts'
import { createRequest, createStoryPath, getStoryPath, someStories } from './requests.ts'
import type { Bench } from './setting.ts'
import { loadStories } from './story-data.ts'

const ours = (bench: Bench, load: NodeLoad, mesh: BenchMesh, { callers, pages }: PeerLoad): Peer => {
  const people = mesh.people(16)
  const call = { url: mesh.url, people, callers }
  const create = gatewayRun(bench, load, { ...call, path: createStoryPath, messages: [createRequest], isKeyed: true })
  return {
    create: async () => {
      const sample = await create()
      await untilCarried(bench, mesh.databaseOf('story'))
      return sample
    },
    read: gatewayRun(bench, load, { ...call, path: getStoryPath, messages: someStories(pages) }),
    pid: mesh.pid,
    stop: mesh.stop,
  }
}

const compare = async (bench: Bench, peers: Record<string, Peer>, what: 'create' | 'read'): Promise<Figure[]> => {
  const sides = Object.entries(peers).map(([name, peer]): [string, Run] => [name, withCpuOf(peer.pid, peer[what])])
  const samples: Record<string, Sample[]> = await alternate(Object.fromEntries(sides), bench)
  const goal = what === 'create' ? 2 : 3
  return Object.keys(peers)
    .filter((name) => name !== 'ours')
    .map((name) => ({
      name: `${what}, against ${name}`,
      ours: samples.ours ?? [],
      reference: samples[name],
      ...(name.startsWith('NestJS') && { goal }),
    }))
}

/** Others that do the same, side by side: an entity of 1 KB created with its event, and read by id. */
export const peers = async (bench: Bench): Promise<void> => {
  await installPeers(bench)
  const shape = { callers: 32, pages: bench.quick ? 1_000 : 10_000 }
  const load = await startNodeLoad(bench)
  const mesh = await startBenchMesh(bench, 'peers')
  const started: Record<string, Peer> = {}
  try {
    await loadStories(bench, mesh.databaseOf('story'), shape.pages)
    started.ours = ours(bench, load, mesh, shape)
    started['NestJS (gRPC, TypeORM)'] = await startNest(bench, load, shape)
    started['Moleculer (NATS, pg)'] = await startMoleculer(bench, shape)
    started['emmett-postgresql, no network'] = await startEmmett(bench, shape)
    const created = await compare(bench, started, 'create')
    for (const peer of Object.values(started)) await peer.check?.()
    const figures = [...created, ...(await compare(bench, started, 'read'))]
    const meaning =
      'CreateStory and GetStory with everything on; the others create and read a page of 1 KB with its event, without validation or tokens'
    showFigures(bench.report, 'peers', meaning, figures)
  } finally {
    for (const peer of Object.values(started)) await peer.stop()
    if (!started.ours) await mesh.stop()
    await load.stop()
  }
}
