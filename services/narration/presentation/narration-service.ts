import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { type Route, route } from '#shared/presentation/route.ts'
import type { NarrationApp } from '../application/app.ts'
import type { UrlOf } from './convert.ts'
import { narrationHandlers } from './narration-handlers.ts'
import { voiceHandlers } from './voice-handlers.ts'

/** The rpcs of narration. */
export const narrationService = (app: NarrationApp, urlOf: UrlOf): Route =>
  route(NarrationService, { ...voiceHandlers(app, urlOf), ...narrationHandlers(app, urlOf) })
