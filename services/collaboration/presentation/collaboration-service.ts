import { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { type Route, route } from '#shared/presentation/route.ts'
import type { CollaborationApp } from '../application/app.ts'
import { invitationHandlers } from './invitation-handlers.ts'
import { recordingHandlers, type UrlOf } from './recording-handlers.ts'
import { sessionHandlers } from './session-handlers.ts'

/** The rpcs of collaboration. */
export const collaborationService = (app: CollaborationApp, urlOf: UrlOf): Route =>
  route(CollaborationService, {
    ...sessionHandlers(app, urlOf),
    ...invitationHandlers(app),
    ...recordingHandlers(app, urlOf),
  })
