import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { NarrationStatus } from '#gen/troupe/narration/v1/narration_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { StoryStatus, StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { VideoJobStatus } from '#gen/troupe/videogen/v1/video_job_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { dataFolder } from '../../deploy/local/data-folder.ts'
import { findOrInstallMediaPrograms } from '../../deploy/local/media-programs.ts'
import { loadTales } from '../../services/story/tales/load.ts'
import { onAllCores } from '../cores.ts'
import { bearer, eventually } from '../mesh.ts'
import { showFigures, showLimits } from './figures.ts'
import { beside, median, type Run } from './measure.ts'
import { startBenchMesh } from './mesh.ts'
import { ofChildren, residentMebibytes } from './resident.ts'
import type { Bench } from './setting.ts'
import { lastingPerson } from './sign-in.ts'

const patienceMs = 60 * 60_000
const lookMs = 500
const repeats = 20

interface Delay {
  p50: number
  p99: number
  max: number
}

/** What it takes to make something, beside how long that is to hear or to see. */
interface Made {
  seconds: number
  lastsSeconds: number
  delay: Delay
  /** Of the mesh's process, and of the programs it runs, looked at twice a second. */
  memory: number[]
  programs: number[]
}

/** The mesh on all cores, with the delays of its event loop, and clients of a person who may do as much as they like. */
const startStudio = async (bench: Bench) => {
  const media = findOrInstallMediaPrograms({ dataDir: dataFolder(), log: bench.report.say, signal: bench.signal })
  await media.ready
  const delayFile = join(bench.folder, 'loop-delay.json')
  const preload = pathToFileURL(join(import.meta.dirname, 'servers/loop-delay.ts')).href
  const watched = { NODE_OPTIONS: `--import=${preload}`, BENCH_LOOP_DELAY: delayFile }
  const environment = { ...bench.environment, ...media.env, ...watched }
  const mesh = await startBenchMesh({ ...bench, environment, cores: { ...bench.cores, core: undefined } }, 'studio')
  const author = lastingPerson(mesh.url, mesh.admin)
  const clients = async () => {
    const { token } = await author()
    const transport = createGrpcTransport({ baseUrl: mesh.url, interceptors: [bearer(token)] })
    return {
      stories: createClient(StoryService, transport),
      narrations: createClient(NarrationService, transport),
      films: createClient(VideoGenService, transport),
    }
  }
  /** How long the event loop was held up since this was last asked. */
  const delay = async (): Promise<Delay> => {
    rmSync(delayFile, { force: true })
    process.kill(mesh.pid, 'SIGUSR2')
    await eventually(() => existsSync(delayFile))
    return eventually(() => JSON.parse(readFileSync(delayFile, 'utf8')) as Delay)
  }
  return { mesh, clients, delay }
}

type Studio = Awaited<ReturnType<typeof startStudio>>

/** Waits for something to be made, and looks at the process meanwhile. `made` answers how long it lasts once it is. */
const watching = async (
  { mesh, delay }: Studio,
  begin: () => Promise<unknown>,
  made: () => Promise<number | undefined>,
): Promise<Made> => {
  await delay()
  const [memory, programs]: [number[], number[]] = [[], []]
  const began = performance.now()
  await begin()
  for (;;) {
    const lastsMs = await made()
    if (lastsMs !== undefined) {
      const seconds = (performance.now() - began) / 1000
      return { seconds, lastsSeconds: lastsMs / 1000, delay: await delay(), memory, programs }
    }
    if (performance.now() - began > patienceMs) throw new Error('it was not made within an hour')
    memory.push(residentMebibytes(mesh.pid))
    programs.push(ofChildren(mesh.pid))
    await sleep(lookMs)
  }
}

/** Makes a story of a text: narrated, then filmed. */
const make = async (studio: Studio, title: string, content: string) => {
  const { stories } = await studio.clients()
  const { story } = await stories.createStory({ title, content, language: 'en', visibility: StoryVisibility.PRIVATE })
  const storyId = story?.id ?? ''
  await stories.analyzeStory({ storyId })
  await eventually(
    async () => (await stories.getStory({ storyId })).story?.status === StoryStatus.ANALYZED,
    10 * 60_000,
  )
  let narrationId = ''
  const narrated = await watching(
    studio,
    async () => {
      const { narrations } = await studio.clients()
      narrationId = (await narrations.generateNarration({ storyId })).narration?.id ?? ''
    },
    async () => {
      const { narrations } = await studio.clients()
      const { narration } = await narrations.getNarration({ narrationId, pageSize: 1 })
      if (narration?.status === NarrationStatus.FAILED) throw new Error(`not narrated: ${narration.failureReason}`)
      return narration?.status === NarrationStatus.COMPLETED ? narration.audio?.durationMs : undefined
    },
  )
  let jobId = ''
  const filmed = await watching(
    studio,
    async () => {
      const { films } = await studio.clients()
      jobId = (await films.createVideoJob({ storyId })).job?.id ?? ''
    },
    async () => {
      const { films } = await studio.clients()
      const { job } = await films.getVideoJob({ jobId })
      if (job?.status === VideoJobStatus.FAILED) throw new Error(`not filmed: ${job.failureReason}`)
      return job?.status === VideoJobStatus.COMPLETED ? job.video?.durationMs : undefined
    },
  )
  return { narrated, filmed }
}

/** Whether memory grows with what is made: the middle of the last third beside that of the second one. */
const growth = (all: readonly number[]): number => {
  const third = Math.floor(all.length / 3)
  return median(all.slice(2 * third)) / median(all.slice(third, 2 * third))
}

/** What was said once is answered from what is kept, and fetched; reference: reading as many bytes from a file. */
const cached = async (bench: Bench, { mesh, clients }: Studio): Promise<void> => {
  const { narrations } = await clients()
  const { voice } = await narrations.createVoice({ name: 'Reader', provider: 1, stockVoice: 'f2' })
  const say = { voiceId: voice?.id ?? '', text: 'Once upon a time there was a mill by the river.' }
  const fetched = async () => {
    const { audio } = await narrations.previewVoice(say)
    const response = await fetch(new URL(audio?.mp3Url ?? '', mesh.url))
    return Buffer.from(await response.arrayBuffer())
  }
  const file = join(bench.folder, 'cached.mp3')
  writeFileSync(file, await fetched())
  const timed =
    (once: () => Promise<unknown>): Run =>
    async () => {
      const began = performance.now()
      for (let time = 0; time < repeats; time += 1) await once()
      return { count: repeats, perSecond: repeats / ((performance.now() - began) / 1000) }
    }
  const sides = await beside(
    timed(fetched),
    timed(() => readFile(file)),
    bench,
  )
  const meaning = 'PreviewVoice of what was said before and its sound, through the gateway; reference: reading the file'
  showFigures(bench.report, 'studio', meaning, [{ name: 'cache hit', ...sides }])
}

const report = (bench: Bench, what: string, { seconds, lastsSeconds, delay, memory, programs }: Made) =>
  showLimits(bench.report, 'studio', `${what} of ${(lastsSeconds / 60).toFixed(1)} minutes, on all cores`, [
    { name: 'times real time', value: lastsSeconds / seconds },
    { name: 'seconds', value: seconds },
    { name: 'event-loop delay p99, ms', value: delay.p99, atMost: 50 },
    { name: 'event-loop delay p50, ms', value: delay.p50 },
    { name: 'event-loop delay at most, ms', value: delay.max },
    { name: 'memory of the mesh at most, MiB', value: Math.max(...memory) },
    { name: 'memory of its programs at most, MiB', value: Math.max(...programs) },
    // A short one ends before anything could grow.
    ...(lastsSeconds > 600 ? [{ name: 'memory, last third to second', value: growth(memory), atMost: 1.2 }] : []),
  ])

/** Narration and film: how much faster than real time, how much memory, and what else the process can do meanwhile. */
export const studio = async (bench: Bench): Promise<void> => {
  mkdirSync(bench.folder, { recursive: true })
  await onAllCores(bench.cores, async () => {
    const started = await startStudio(bench)
    try {
      const tales = [...(await loadTales('tuning')), ...(await loadTales('held-out'))]
      const [short] = tales
      const paragraphs = short?.content.split('\n\n').slice(0, 8).join('\n\n') ?? ''
      const brief = await make(started, 'A short story', paragraphs)
      report(bench, 'narration', brief.narrated)
      report(bench, 'film', brief.filmed)
      await cached(bench, started)
      if (bench.quick) return
      const long = await make(
        started,
        'A long story',
        tales
          .slice(0, 5)
          .map(({ title, content }) => `# ${title}\n\n${content}`)
          .join('\n\n'),
      )
      report(bench, 'narration', long.narrated)
      report(bench, 'film', long.filmed)
    } finally {
      await started.mesh.stop()
    }
  })
}
