import { createHash } from 'node:crypto'
import { file_troupe_videogen_v1_videogen_events as events } from '#gen/troupe/videogen/v1/videogen_events_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { peopleRows } from '#shared/infrastructure/personal/living.ts'
import { createLeasedWork } from '#shared/infrastructure/process/leased-work.ts'
import { derivedUuid } from '#shared/infrastructure/uuid.ts'
import { defineContext } from '#shared/presentation/context.ts'
import { type VideogenApp, videogenApp } from './application/app.ts'
import type { Ports } from './application/ports.ts'
import type { VendorName } from './domain/job-parts.ts'
import type { ClipVendor } from './domain/vendor.ts'
import { clipRepository } from './infrastructure/clips.ts'
import { expiries } from './infrastructure/expiries.ts'
import { filmStudio } from './infrastructure/film-studio.ts'
import { invariants } from './infrastructure/invariants.ts'
import { jobRepository } from './infrastructure/jobs.ts'
import { migrations } from './infrastructure/migrations/migrations.ts'
import { toldStories } from './infrastructure/narrations.ts'
import { orphanRules } from './infrastructure/orphans.ts'
import { filmProviders } from './infrastructure/providers.ts'
import { awaitedRows, publishingRows } from './infrastructure/publishings.ts'
import { subscriptionQuota } from './infrastructure/quota.ts'
import { openRenderer, type Renderer } from './infrastructure/render/renderer.ts'
import { entities } from './infrastructure/schema.ts'
import { chosenVendors } from './infrastructure/vendors/vendors.ts'
import { workRows } from './infrastructure/work.ts'
import { consumers } from './presentation/consumers.ts'
import { videogenService } from './presentation/videogen-service.ts'

const hour = 60 * 60_000

interface Parts {
  vendors: Partial<Record<VendorName, ClipVendor>>
  renderer: Renderer
  waits: Ports['waits']
  wakeWork: () => void
}

/** What the use cases of videogen need, out of its parts. */
export const assemble = (kernel: Kernel, { vendors, renderer, waits, wakeWork }: Parts): Ports => ({
  jobs: jobRepository(kernel),
  clips: clipRepository(kernel),
  work: workRows(kernel),
  narrations: toldStories(kernel),
  publishings: publishingRows(kernel),
  awaited: awaitedRows(kernel),
  providers: filmProviders(kernel, vendors),
  quota: subscriptionQuota(kernel),
  people: peopleRows(kernel),
  studio: filmStudio(kernel, renderer),
  hash: (text) => createHash('sha256').update(text).digest('hex'),
  keyOf: derivedUuid,
  clock: kernel.clock,
  ids: { next: () => kernel.unit().next() },
  waits,
  apart: createApart('videogen', kernel.write),
  read: kernel.read,
  afterCommit: (run) => void kernel.unit().afterCommit.push(run),
  watch: (topic, signal) => kernel.changes.watch(topic, signal),
  wakeWork,
  troubled: (what, id, error) => kernel.log.warn('videogen was troubled', { what, id, error }),
})

/** Films made of stories that are narrated. */
export const videogen = defineContext({
  name: 'videogen',
  entities,
  migrations,
  events,
  constraints: { video_jobs_running: 'raced', publishings_once: 'raced' },
  compose: async (kernel) => {
    const vendors = await chosenVendors(kernel)
    const atOnce = kernel.env.integer('TROUPE_FILMS_AT_ONCE', 1, { min: 1, max: 32 })
    const renderer = openRenderer()
    // A vendor's answer is lost once nobody can wait for it any more.
    const waits = { pollMs: 5000, settleMs: 90_000 }
    const app: VideogenApp = videogenApp(assemble(kernel, { vendors, renderer, waits, wakeWork: () => work.wake() }))
    const work = createLeasedWork('videogen', kernel, [
      { kind: 'film', name: 'films', atOnce, run: app.makeFilm },
      { kind: 'awaited', name: 'awaited films', atOnce: 1, run: app.filmAwaited },
    ])
    return {
      routes: [videogenService(app, (blob) => kernel.mediaUrl(blob, { lifetimeMs: hour }))],
      consumers: consumers(app),
      work,
      erase: app.erasePerson,
      expiries,
      orphans: orphanRules(kernel),
      invariants,
      stop: () => renderer.close(),
    }
  },
})
