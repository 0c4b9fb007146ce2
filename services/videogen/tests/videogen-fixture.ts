import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobs } from '#shared/infrastructure/blobs/open-blobs.ts'
import { sweepOrphans } from '#shared/infrastructure/blobs/orphans.ts'
import { Changes } from '#shared/infrastructure/changes.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { programsInstalled } from '../../shared/tests/installed-programs.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf } from '../../shared/tests/rivals.ts'
import { videogenApp } from '../application/app.ts'
import type { Ports } from '../application/ports.ts'
import type { VendorName } from '../domain/job-parts.ts'
import type { ClipVendor } from '../domain/vendor.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { orphanRules } from '../infrastructure/orphans.ts'
import type { Renderer } from '../infrastructure/render/renderer.ts'
import { assemble, videogen } from '../service.ts'
import { neighbours } from './neighbours.ts'

export const soundMs = 2000

/** Files that the programs make, once for all tests. */
const samples = async ({ programs }: Pick<Kernel, 'programs'>) => {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-videogen-'))
  try {
    const quiet = ['-loglevel', 'error', '-f', 'lavfi']
    const [sound, clip] = [join(folder, 'sound.mp3'), join(folder, 'clip.mp4')]
    const tone = [...quiet, '-i', `sine=frequency=220:duration=${soundMs / 1000}`, '-b:a', '64k', sound]
    const picture = [...quiet, '-i', 'testsrc=size=320x240:rate=12:duration=1', '-pix_fmt', 'yuv420p', clip]
    await Promise.all([tone, picture].map((args) => programs.run({ program: 'ffmpeg', args })))
    return { sound: await readFile(sound), clip: await readFile(clip) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Draws as little as can be: what matters here is what becomes of it. */
const sketch: Renderer = {
  renderFilm: async ({ into, plan: { durationMs } }, { onProgress, signal }) => {
    signal.throwIfAborted()
    const files = { video: join(into, 'film.mp4'), thumbnail: join(into, 'thumbnail.jpg') }
    await writeFile(files.video, 'film')
    await writeFile(files.thumbnail, 'picture')
    onProgress(1)
    return { ...files, durationMs, width: 1280, height: 720, size: 4 }
  },
  close: async () => {},
}

export interface FixtureOptions {
  vendors?: Partial<Record<VendorName, ClipVendor>>
  renderer?: Renderer
  /** Something between whoever makes films and what they use. */
  between?: (ports: Ports) => Ports
}

/** The videogen context on a database of its own, with the programs that are installed. */
export const openVideogen = async (name: string, { vendors = {}, renderer = sketch, between }: FixtureOptions = {}) => {
  await programsInstalled()
  // Nothing is told to other processes: there are none.
  const alone = { connection: { subscribe: () => {} }, isConnected: () => false }
  const changes = new Changes(alone as never, 'videogen', () => {})
  const opened = await openKernel(videogen, name, {
    onStored: (events) => {
      for (const event of events) changes.notify(event.streamId)
    },
  })
  const mesh = neighbours()
  const kernel: Kernel = { ...opened.kernel, changes, client: () => mesh.client as never }
  const { sound, clip } = await samples(kernel)
  const soundBlob = 'narration/stories/told.mp3'
  const all = openBlobs(kernel.config.blobs.place)
  await all.put(soundBlob, once(sound), { contentType: 'audio/mpeg' })
  const ports = assemble(kernel, { vendors, renderer, waits: { pollMs: 0, settleMs: 0 }, wakeWork: () => {} })
  const app = videogenApp(ports)
  const worker = between ? videogenApp(between(ports)) : app
  const { call, database } = opened
  const see = (userId: string, id: string) => call(() => app.getVideoJob(userId, id))
  const make = (id: string, signal = new AbortController().signal) => worker.makeFilm(id, signal)
  return {
    app,
    kernel,
    mesh,
    clip,
    call,
    see,
    make,
    database,
    clock: opened.clock,
    events: opened.events,
    story: (userId: string, about: Parameters<typeof mesh.tell>[1] | object = {}, storyId?: string) =>
      mesh.tell(userId, { mp3Blob: soundBlob, durationMs: soundMs, ...about }, storyId),
    /** Works on a film until it is over, or nothing comes of it. */
    makeAll: async (userId: string, id: string, most = 40) => {
      for (let turn = 0; turn < most; turn += 1) {
        await make(id)
        const view = await see(userId, id)
        if (!view.job.isRunning) return view
      }
      throw new Error('it does not end')
    },
    bytes: async (key: string) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of await kernel.blobs.open(key)) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    blobs: async () => {
      const keys: string[] = []
      for await (const { key } of kernel.blobs.list('videogen/')) keys.push(key)
      return keys
    },
    sweep: async () => {
      const found: string[] = []
      for (const rule of orphanRules(kernel)) found.push(...(await sweepOrphans(kernel.blobs, rule, new Date(8e15))))
      return found
    },
    violations: () => violationsOf(database, invariants),
    close: opened.close,
  }
}

export type TestVideogen = Awaited<ReturnType<typeof openVideogen>>
