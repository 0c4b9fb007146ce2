import { file_troupe_collaboration_v1_collaboration_events as events } from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { type Laboratory, openLaboratory } from '#shared/infrastructure/sound/laboratory.ts'
import { defineContext } from '#shared/presentation/context.ts'
import { type CollaborationApp, collaborationApp } from './application/app.ts'
import { contributionRepository } from './infrastructure/contributions.ts'
import { createDueWork } from './infrastructure/due-work.ts'
import { expiries } from './infrastructure/expiries.ts'
import { invariants } from './infrastructure/invariants.ts'
import { invitationRepository } from './infrastructure/invitations.ts'
import { lineRepository } from './infrastructure/lines.ts'
import { migrations } from './infrastructure/migrations/migrations.ts'
import { guestTokens, storyScripts, subscriptionQuota } from './infrastructure/neighbours.ts'
import { orphanRules } from './infrastructure/orphans.ts'
import { peopleRows } from './infrastructure/people.ts'
import { presenceRows } from './infrastructure/presence.ts'
import { entities } from './infrastructure/schema.ts'
import { createSecrets } from './infrastructure/secrets.ts'
import { sessionRepository } from './infrastructure/sessions.ts'
import { recordingBlob, recordingStudio } from './infrastructure/studio.ts'
import { templateRows } from './infrastructure/templates.ts'
import { collaborationService } from './presentation/collaboration-service.ts'
import { consumers } from './presentation/consumers.ts'

const hour = 60 * 60_000

/** Puts collaboration's parts together. */
export const assemble = (kernel: Kernel, laboratory: Laboratory): CollaborationApp =>
  collaborationApp({
    sessions: sessionRepository(kernel),
    invitations: invitationRepository(kernel),
    lines: lineRepository(kernel, recordingBlob),
    contributions: contributionRepository(kernel),
    templates: templateRows(kernel),
    people: peopleRows(kernel),
    presence: presenceRows(kernel),
    secrets: createSecrets(kernel.config.masterKey, kernel.env),
    stories: storyScripts(kernel),
    quota: subscriptionQuota(kernel),
    studio: recordingStudio(kernel, laboratory),
    guestToken: guestTokens(kernel),
    clock: kernel.clock,
    ids: { next: () => kernel.unit().next() },
    apart: createApart('collaboration', kernel.write),
    read: kernel.read,
    watch: (topic, signal) => kernel.changes.watch(topic, signal),
    tellWatchers: (topic) => void kernel.unit().afterCommit.push(() => kernel.changes.notify(topic)),
    notify: (topic) => kernel.changes.notify(topic),
    troubled: (what, id, error) => kernel.log.warn('collaboration was troubled', { what, id, error }),
  })

/** Stories that several people record together. */
export const collaboration = defineContext({
  name: 'collaboration',
  entities,
  migrations,
  events,
  constraints: { sessions_of_story: 'raced', invitations_character: 'raced', invitations_member: 'raced' },
  compose: (kernel) => {
    const laboratory = openLaboratory()
    const app = assemble(kernel, laboratory)
    const urlOf = ({ id: contributionId, sessionId }: { id: string; sessionId: string }) =>
      kernel.mediaUrl(app.blobOf({ sessionId, contributionId }), { lifetimeMs: hour })
    return {
      routes: [collaborationService(app, urlOf)],
      consumers: consumers(app),
      work: createDueWork(kernel, app.lapse),
      erase: app.erasePerson,
      expiries,
      orphans: orphanRules(kernel),
      invariants,
      stop: () => laboratory.close(),
    }
  },
})
