import { createHash } from 'node:crypto'
import { file_troupe_narration_v1_narration_events as events } from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { peopleRows } from '#shared/infrastructure/personal/living.ts'
import { createLeasedWork } from '#shared/infrastructure/process/leased-work.ts'
import { type Laboratory, openLaboratory } from '#shared/infrastructure/sound/laboratory.ts'
import { defineContext } from '#shared/presentation/context.ts'
import { type NarrationApp, narrationApp } from './application/app.ts'
import type { Engines } from './application/ports.ts'
import { lexiconRepository, settingsRepository } from './infrastructure/author-rows.ts'
import { chosenEngines } from './infrastructure/engines.ts'
import { expiries } from './infrastructure/expiries.ts'
import { invariants } from './infrastructure/invariants.ts'
import { migrations } from './infrastructure/migrations/migrations.ts'
import { narrationRepository } from './infrastructure/narrations.ts'
import { orphanRules } from './infrastructure/orphans.ts'
import { subscriptionQuota } from './infrastructure/quota.ts'
import { publishingRows, recordingRepository } from './infrastructure/recordings.ts'
import { entities } from './infrastructure/schema.ts'
import { storyScripts } from './infrastructure/scripts.ts'
import { segmentRepository } from './infrastructure/segments.ts'
import { speechRepository } from './infrastructure/speeches.ts'
import { soundStudio } from './infrastructure/studio.ts'
import { voiceRepository } from './infrastructure/voices.ts'
import { workRows } from './infrastructure/work.ts'
import { consumers } from './presentation/consumers.ts'
import { narrationService } from './presentation/narration-service.ts'

const hour = 60 * 60_000

interface Parts {
  engines: Engines
  laboratory: Laboratory
  wakeWork: () => void
}

/** Puts narration's parts together. */
export const assemble = (kernel: Kernel, { engines, laboratory, wakeWork }: Parts): NarrationApp =>
  narrationApp({
    voices: voiceRepository(kernel),
    narrations: narrationRepository(kernel),
    segments: segmentRepository(kernel),
    speeches: speechRepository(kernel),
    lexicons: lexiconRepository(kernel),
    settings: settingsRepository(kernel),
    recordings: recordingRepository(kernel),
    publishings: publishingRows(kernel),
    people: peopleRows(kernel),
    work: workRows(kernel),
    scripts: storyScripts(kernel),
    quota: subscriptionQuota(kernel),
    studio: soundStudio(kernel, laboratory),
    engines,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    clock: kernel.clock,
    ids: { next: () => kernel.unit().next() },
    apart: createApart('narration', kernel.write),
    read: kernel.read,
    afterCommit: (run) => void kernel.unit().afterCommit.push(run),
    watch: (topic, signal) => kernel.changes.watch(topic, signal),
    notify: (topic) => kernel.changes.notify(topic),
    wakeWork,
    troubled: (what, id, error) => kernel.log.warn('narration was troubled', { what, id, error }),
  })

/** Voices, and stories told with them. */
export const narration = defineContext({
  name: 'narration',
  entities,
  migrations,
  events,
  constraints: { narrations_of_story: 'raced' },
  compose: async (kernel) => {
    const engines = await chosenEngines(kernel)
    const atOnce = kernel.env.integer('TROUPE_NARRATIONS_AT_ONCE', 2, { min: 1, max: 32 })
    const laboratory = openLaboratory()
    const app: NarrationApp = assemble(kernel, { engines, laboratory, wakeWork: () => work.wake() })
    const work = createLeasedWork('narration', kernel, [
      { kind: 'narration', name: 'narrations', atOnce, run: app.tellNarration },
      { kind: 'voice', name: 'trainings', atOnce, run: app.runTraining },
    ])
    const urlOf = (blob: string) => kernel.mediaUrl(blob, { lifetimeMs: hour })
    return {
      routes: [narrationService(app, urlOf)],
      consumers: consumers(app),
      work,
      erase: app.erasePerson,
      expiries,
      orphans: orphanRules(kernel),
      invariants,
      stop: () => laboratory.close(),
    }
  },
})
