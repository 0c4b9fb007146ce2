import type { ServiceImpl } from '@connectrpc/connect'
import {
  type CollaborationService,
  type SubmitContributionRequest,
  Verdict,
} from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { invalid } from '#shared/domain/errors.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { CollaborationApp } from '../application/app.ts'
import type { VoiceContribution } from '../domain/contribution.ts'
import { toContribution, toSession } from './convert.ts'
import { viewerOf } from './viewer.ts'

/** Where people hear a recording. */
export type UrlOf = (contribution: Pick<VoiceContribution, 'id' | 'sessionId'>) => string

async function* dataOf(
  first: SubmitContributionRequest,
  rest: AsyncIterator<SubmitContributionRequest>,
): AsyncIterable<Uint8Array> {
  yield first.data
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value.data
}

/** Recordings, and what their host says about them. */
export const recordingHandlers = (app: CollaborationApp, urlOf: UrlOf) =>
  ({
    submitContribution: async (messages, context) => {
      const viewer = viewerOf(context)
      const rest = messages[Symbol.asyncIterator]()
      const { done, value: first } = await rest.next()
      if (done || first.sessionId === '')
        throw invalid('session_id', 'SESSION_ID_MISSING', 'must be set in the first message')
      const { sessionId, lines } = first
      const submission = { sessionId, lines, data: dataOf(first, rest) }
      const contribution = await app.submitContribution(viewer, uuidv7(), submission, context.signal)
      return { contribution: toContribution(contribution, urlOf(contribution)) }
    },
    reviewContribution: async ({ contributionId, verdict, reason }, context) => {
      const review = { contributionId, isApproved: verdict === Verdict.APPROVE, reason }
      const { contribution, view } = await app.reviewContribution(caller(context), review)
      return { contribution: toContribution(contribution, urlOf(contribution)), session: toSession(view) }
    },
    listContributions: async ({ sessionId, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listContributions(viewerOf(context), sessionId, page)
      return { contributions: items.map((each) => toContribution(each, urlOf(each))), nextPageToken }
    },
  }) satisfies Partial<ServiceImpl<typeof CollaborationService>>
