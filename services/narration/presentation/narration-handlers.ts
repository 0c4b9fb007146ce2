import type { ServiceImpl } from '@connectrpc/connect'
import type { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import type { NarrationApp } from '../application/app.ts'
import type { StoryNarration } from '../domain/narration.ts'
import { emotionOf, toAudio, toNarration, toProgress, toSegment, toStatus, type UrlOf } from './convert.ts'
import { toHeardSegment, toNews, toSeen, toSoundtrack } from './convert-heard.ts'

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
    getNarration: async ({ narrationId, shareToken, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 50, 200), token: request.pageToken }
      const view = await app.seeNarration({ narrationId, shareToken, viewer: maybeCaller(context) })
      const { items, nextPageToken } = await app.listSegments(view, page)
      const { userId } = view.narration
      const segments = items.map((segment) => {
        const { durationMs } = segment
        const audio = toAudio(urlOf, { ...app.audioOf(userId, segment.key), durationMs })
        return view.isAuthors ? toSegment(segment, audio) : toHeardSegment(segment, audio)
      })
      return { narration: toSeen(urlOf, view), segments, nextPageToken }
    },
    getSoundtrack: async ({ storyId, userId, ...request }) => {
      const page = { size: pageSize(request.pageSize, 200, 200), token: request.pageToken }
      return toSoundtrack(await app.getSoundtrack(storyId, userId, page))
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
    watchNarration: async function* ({ narrationId, shareToken, resumeToken: known }, context) {
      const look = { narrationId, shareToken, viewer: maybeCaller(context) }
      for await (const { resumeToken, view } of app.watchNarration(look, known, context.signal)) {
        if (!view) yield { resumeToken, heartbeat: true }
        else yield { resumeToken, ...toNews(view) }
      }
    },
    cancelNarration: async ({ narrationId }, context) => ({
      narration: toNarration(urlOf, justNow(await app.cancelNarration(caller(context), narrationId))),
    }),
    narrateStory: ({ publishingId, storyId, userId, storyVersion }) =>
      app.narrateStory({ publishingId, storyId, userId, storyVersion }),
    abandonNarration: async ({ publishingId }) => {
      await app.abandonNarration(publishingId)
      return {}
    },
    getNarrationProgress: async ({ narrationId }) => {
      const view = await app.getProgress(narrationId)
      return { status: toStatus(view.narration.status), progress: toProgress(view) }
    },
    getNarrationSettings: async (_, context) => ({ settings: await app.getSettings(caller(context)) }),
    setNarrationSettings: async ({ narrateWhenAnalyzed, narratorVoiceId }, context) => ({
      settings: await app.setSettings(caller(context), { narrateWhenAnalyzed, narratorVoiceId }),
    }),
  }) satisfies Partial<ServiceImpl<typeof NarrationService>>
