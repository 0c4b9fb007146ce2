import type { ServiceImpl } from '@connectrpc/connect'
import type { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { NarrationApp } from '../application/app.ts'
import type { StoryNarration } from '../domain/narration.ts'
import { emotionOf, toAudio, toNarration, toProgress, toSegment, toStatus, type UrlOf } from './convert.ts'

/** A narration that was just asked for, or stopped. */
const justNow = (narration: StoryNarration) => ({ narration, progress: { done: 0, joined: 0 } })

/** Stories as they are told. */
export const narrationHandlers = (app: NarrationApp, urlOf: UrlOf) =>
  ({
    generateNarration: async ({ storyId, voiceMap }, context) => {
      const map = voiceMap && {
        narratorVoiceId: voiceMap.narratorVoiceId,
        characterVoiceIds: { ...voiceMap.characterVoiceIds },
      }
      return { narration: toNarration(urlOf, justNow(await app.generateNarration(caller(context), storyId, map))) }
    },
    getNarration: async ({ narrationId, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 50, 200), token: request.pageToken }
      const view = await app.getNarration(caller(context), narrationId)
      const { items, nextPageToken } = await app.listSegments(view.narration, page)
      const { userId } = view.narration
      const segments = items.map((segment) => {
        const { durationMs } = segment
        return toSegment(segment, toAudio(urlOf, { ...app.audioOf(userId, segment.key), durationMs }))
      })
      return { narration: toNarration(urlOf, view), segments, nextPageToken }
    },
    listNarrations: async ({ storyId, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listNarrations(caller(context), storyId, page)
      return { narrations: items.map((view) => toNarration(urlOf, view)), nextPageToken }
    },
    regenerateSegment: async ({ narrationId, index, text, voiceId, emotion, payAgain }, context) => {
      const change = {
        ...(text === undefined ? {} : { text }),
        ...(voiceId === undefined ? {} : { voiceId }),
        ...(emotion === undefined ? {} : { emotion: emotionOf(emotion) }),
        payAgain,
      }
      const narration = await app.regenerateSegment(caller(context), narrationId, index, change)
      return { narration: toNarration(urlOf, justNow(narration)) }
    },
    watchNarration: async function* ({ narrationId, resumeToken }, context) {
      for await (const news of app.watchNarration(caller(context), narrationId, resumeToken, context.signal)) {
        const { view } = news
        if (!view) yield { resumeToken: news.resumeToken, heartbeat: true }
        else {
          const { status, failureReason, updatedAt } = view.narration
          yield {
            resumeToken: news.resumeToken,
            status: toStatus(status),
            progress: toProgress(view),
            failureReason,
            updatedAt: timestamp(updatedAt),
          }
        }
      }
    },
    cancelNarration: async ({ narrationId }, context) => ({
      narration: toNarration(urlOf, justNow(await app.cancelNarration(caller(context), narrationId))),
    }),
    getNarrationSettings: async (_, context) => ({ settings: await app.getSettings(caller(context)) }),
    setNarrationSettings: async ({ narrateWhenAnalyzed, narratorVoiceId }, context) => ({
      settings: await app.setSettings(caller(context), { narrateWhenAnalyzed, narratorVoiceId }),
    }),
  }) satisfies Partial<ServiceImpl<typeof NarrationService>>
