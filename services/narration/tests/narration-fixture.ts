import { openBlobs } from '#shared/infrastructure/blobs/open-blobs.ts'
import { sweepOrphans } from '#shared/infrastructure/blobs/orphans.ts'
import { Changes } from '#shared/infrastructure/changes.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { openLaboratory } from '#shared/infrastructure/sound/laboratory.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { programsInstalled } from '../../shared/tests/installed-programs.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf } from '../../shared/tests/rivals.ts'
import type { SpeechEngine } from '../domain/engine.ts'
import type { EngineName } from '../domain/speech.ts'
import { enginesOf } from '../infrastructure/engines.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { orphanRules } from '../infrastructure/orphans.ts'
import { espeakEngine } from '../infrastructure/providers/espeak.ts'
import { recordedEngine } from '../infrastructure/providers/recorded.ts'
import { assemble, narration } from '../service.ts'
import { type Line, neighbours, scriptOf } from './neighbours.ts'
import { inPieces } from './samples.ts'

export interface FixtureOptions {
  env?: Record<string, string>
  /** Beside the embedded one. */
  engines?: (kernel: Kernel) => Partial<Record<EngineName, SpeechEngine>>
  usual?: EngineName
}

/** The narration context on a database of its own, with the programs that are installed. */
export const openNarration = async (name: string, { env, engines, usual = 'embedded' }: FixtureOptions = {}) => {
  await programsInstalled()
  // Nothing is told to other processes: there are none.
  const alone = { connection: { subscribe: () => {} }, isConnected: () => false }
  const changes = new Changes(alone as never, 'narration', () => {})
  const opened = await openKernel(narration, name, {
    ...(env ? { env } : {}),
    onStored: (events) => {
      for (const event of events) changes.notify(event.streamId)
    },
  })
  const mesh = neighbours()
  const kernel: Kernel = { ...opened.kernel, changes, client: () => mesh.client as never }
  const laboratory = openLaboratory()
  const parts = enginesOf(
    { embedded: espeakEngine(kernel.programs), recorded: recordedEngine(kernel.blobs), ...engines?.(kernel) },
    usual,
  )
  const app = assemble(kernel, { engines: parts, laboratory, wakeWork: () => {} })
  const { call, database } = opened
  const tell = (id: string, signal = new AbortController().signal) => app.tellNarration(id, signal)
  const see = (viewer: string | undefined, narrationId: string, shareToken = '') =>
    call(() => app.seeNarration({ narrationId, viewer, shareToken }))
  return {
    app,
    kernel,
    see,
    mesh,
    database,
    call,
    tell,
    clock: opened.clock,
    events: opened.events,
    /** A story of somebody's as it is analysed; written again under the same id, it is a new version. */
    story: (authorId: string, lines: readonly Line[], storyId = uuidv7(), title = 'The Mill') => {
      const version = (mesh.scripts.get(storyId)?.version ?? 0) + 1
      const script = scriptOf(authorId, lines, version, title)
      mesh.scripts.set(storyId, script)
      mesh.versions.set(`${storyId} ${version}`, script)
      return storyId
    },
    /** Shows a story to readers as it is now. */
    publish: (storyId: string) => {
      const script = mesh.scripts.get(storyId)
      if (script) mesh.published.set(storyId, script)
    },
    /** Begins to tell a story, and tells it. */
    narrate: async (authorId: string, storyId: string) => {
      const { id } = await call(() => app.generateNarration(authorId, storyId))
      await tell(id)
      return see(authorId, id)
    },
    segments: async (authorId: string, id: string) => {
      const own = await see(authorId, id)
      return (await app.listSegments(own, { size: 200, token: '' })).items
    },
    asks: async () => {
      const [row] = await database.sql<{ asks: number }>('select coalesce(sum(asks), 0)::integer as asks from speeches')
      return row?.asks ?? 0
    },
    blobs: async () => {
      const keys: string[] = []
      for await (const { key } of kernel.blobs.list('narration/')) keys.push(key)
      return keys
    },
    /** Somebody's recording, as collaboration keeps it. */
    record: async (wav: Uint8Array) => {
      const blob = `collaboration/recordings/${uuidv7()}.wav`
      await openBlobs(opened.kernel.config.blobs.place).put(blob, inPieces(wav), { contentType: 'audio/wav' })
      return blob
    },
    /** A part as it is joined. */
    pcm: async (ownerId: string, key: string) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of await kernel.blobs.open(`narration/speeches/${ownerId}/${key}.pcm`)) chunks.push(chunk)
      const { buffer, byteOffset, byteLength } = Buffer.concat(chunks)
      return new Int16Array(buffer.slice(byteOffset, byteOffset + byteLength))
    },
    /** How many rows of a person's are left. */
    rowsOf: async (userId: string) => {
      const [row] = await database.sql<{ rows: number }>(
        `select (select count(*) from voices where user_id = $1) + (select count(*) from narrations where user_id = $1)
           + (select count(*) from speeches where $1 in (owner_id, speaker_id))
           + (select count(*) from recorded_lines where $1 in (owner_id, speaker_id)) + (select count(*) from pronunciations where owner_id = $1)
           + (select count(*) from narration_settings where owner_id = $1) as rows`,
        userId,
      )
      return row?.rows
    },
    /** Removes what nobody has used by a time. */
    expire: (now: Date) => sweep(database, expiries, now),
    sweep: async () => {
      const found: string[] = []
      for (const rule of orphanRules(kernel)) found.push(...(await sweepOrphans(kernel.blobs, rule, new Date(8e15))))
      return found
    },
    violations: () => violationsOf(database, invariants),
    close: async () => {
      await laboratory.close()
      await opened.close()
    },
  }
}

export type TestNarration = Awaited<ReturnType<typeof openNarration>>
