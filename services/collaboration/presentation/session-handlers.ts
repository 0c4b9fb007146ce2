import type { ServiceImpl } from '@connectrpc/connect'
import type { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { milliseconds } from '#shared/domain/timestamp.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { CollaborationApp } from '../application/app.ts'
import { toContribution, toLine, toSession, toTemplate } from './convert.ts'
import type { UrlOf } from './recording-handlers.ts'
import { viewerOf } from './viewer.ts'

/** Sessions, and what they are drawn up of. */
export const sessionHandlers = (app: CollaborationApp, urlOf: UrlOf) =>
  ({
    createTemplate: async ({ storyId, name, characterIds }, context) => ({
      template: toTemplate(await app.createTemplate(caller(context), { storyId, name, characterIds })),
    }),
    listTemplates: async (request, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listTemplates(caller(context), page)
      return { templates: items.map(toTemplate), nextPageToken }
    },
    deleteTemplate: async ({ templateId }, context) => {
      await app.deleteTemplate(caller(context), templateId)
      return {}
    },
    startSession: async ({ storyId, templateId, maxParticipants, lifetime }, context) => {
      const lifetimeMs = lifetime && milliseconds(lifetime)
      const draft = { storyId, templateId, maxParticipants, lifetimeMs }
      return { session: toSession(await app.startSession(caller(context), draft)) }
    },
    getSession: async ({ sessionId, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 50, 200), token: request.pageToken }
      const { view, lines, participantId } = await app.getSession(viewerOf(context), sessionId, page)
      const { items, nextPageToken } = lines
      return { session: toSession(view), lines: items.map(toLine), nextPageToken, participantId }
    },
    listSessions: async (request, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listSessions(caller(context), page)
      return { sessions: items.map(toSession), nextPageToken }
    },
    completeSession: async ({ sessionId }, context) => ({
      session: toSession(await app.completeSession(caller(context), sessionId)),
    }),
    cancelSession: async ({ sessionId }, context) => ({
      session: toSession(await app.cancelSession(caller(context), sessionId)),
    }),
    watchSession: async function* ({ sessionId, resumeToken: known }, context) {
      const look = { viewer: viewerOf(context), sessionId, watcher: uuidv7() }
      for await (const { resumeToken, news } of app.watchSession(look, known, context.signal)) {
        if (!news) yield { resumeToken, heartbeat: true }
        else {
          const contributions = news.contributions.map((each) => toContribution(each, urlOf(each)))
          yield { resumeToken, session: toSession(news.view), contributions }
        }
      }
    },
  }) satisfies Partial<ServiceImpl<typeof CollaborationService>>
