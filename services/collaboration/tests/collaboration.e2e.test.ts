import { createClient, type Transport } from '@connectrpc/connect'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { ContributionStatus, InvitationStatus, SessionStatus } from '#gen/troupe/collaboration/v1/collaboration_pb.ts'
import { CollaborationService, Verdict } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { mailedInvitation } from '../../../tests/mailed-invitation.ts'
import { eventually, outcomeOf, testMesh } from '../../../tests/mesh.ts'
import { spoken } from '../../../tests/security/recipes/collaboration-scenes.ts'

const mesh = testMesh()
const of = (transport: Transport) => createClient(CollaborationService, transport)

const content = `A girl called Greta lived at the mill with her brother Tom.

“Where are you going so late, my brother?” asked Greta.

“Home,” said Tom.

“So soon?” asked Greta.`

/** Lets an address take nothing any more, as a mail server would have it. */
const suppress = async (invitationId: string): Promise<void> => {
  const url = new URL(mesh.postgresUrl)
  url.pathname = `/${mesh.databasePrefix}notification`
  const client = new Client({ connectionString: url.toString() })
  await client.connect()
  try {
    const sql = `insert into suppressions (address_hash, reason, at)
      select address_hash, 'no such mailbox', now() from deliveries where recipient_id = $1`
    await client.query(sql, [invitationId])
  } finally {
    await client.end()
  }
}

it('a story is recorded by a guest who was mailed a link, followed and approved by its host; what does not arrive is taken back', async () => {
  const ann = await mesh.newUser('Ann Author')
  const stories = createClient(StoryService, ann.transport)
  const { story } = await stories.createStory({ title: 'The Mill', content })
  const storyId = story?.id ?? ''
  const host = of(ann.transport)
  expect(await outcomeOf(host.startSession({ storyId }))).toBe('FailedPrecondition STORY_NOT_ANALYZED')
  await stories.analyzeStory({ storyId })
  await eventually(async () => (await stories.getStory({ storyId })).story?.status === StoryStatus.ANALYZED)
  const { session } = await host.startSession({ storyId })
  const sessionId = session?.id ?? ''
  const idOf = (name: string) => session?.roles.find((role) => role.name === name)?.characterId ?? ''
  expect(session?.roles.filter(({ lineCount }) => lineCount > 0).map(({ name }) => name)).toEqual(['Greta', 'Tom'])

  const used = async () => {
    const { usage } = await createClient(SubscriptionService, ann.transport).getUsage({})
    const { used: all, reserved } = usage.find(({ resource }) => resource === UsageResource.COLLABORATORS) ?? {}
    return `${all} used, ${reserved} reserved`
  }
  const email = `${crypto.randomUUID()}@example.com`
  const invite = (name: string) =>
    host.inviteParticipant({
      sessionId,
      characterId: idOf(name),
      recipient: { case: 'email', value: email },
      canRecord: true,
    })
  const { invitation } = await invite('Greta')
  expect(invitation).toMatchObject({ email, status: InvitationStatus.PENDING, sending: 1 })
  const token = await mailedInvitation(mesh.url, email)
  await eventually(async () => (await used()) === '1 used, 0 reserved')

  const anyone = of(mesh.transport())
  const { invitation: shown } = await anyone.getInvitation({ token })
  expect(shown).toMatchObject({ storyTitle: 'The Mill', hostName: 'Ann Author', characterName: 'Greta', lineCount: 2 })
  expect(await outcomeOf(anyone.getInvitation({ token: `${token}A` }))).toBe('NotFound INVITATION_INVALID')
  expect(await outcomeOf(host.acceptInvitation({ token, displayName: 'x' }))).toBe('FailedPrecondition INVITATION_OWN')

  const news: string[] = []
  const watching = (async () => {
    for await (const { heartbeat, session: now, contributions } of host.watchSession({ sessionId })) {
      if (heartbeat) continue
      news.push(...(now?.participants ?? []).filter(({ isPresent }) => isPresent).map((each) => each.displayName))
      news.push(...contributions.map(({ status }) => `recording ${status}`))
      if (now?.status === SessionStatus.COMPLETED) return
    }
  })()
  const accepted = await anyone.acceptInvitation({ token, displayName: 'Gus' })
  const again = await anyone.acceptInvitation({ token })
  expect(again.participantId).toBe(accepted.participantId)
  const guest = of(mesh.transport(accepted.guestToken))
  const looking = new AbortController()
  const stream = guest.watchSession({ sessionId }, { signal: looking.signal })[Symbol.asyncIterator]()
  await stream.next()
  await eventually(() => news.includes('Gus'))

  const { lines, participantId } = await guest.getSession({ sessionId })
  expect(participantId).toBe(accepted.participantId)
  expect(lines.map(({ text }) => text)).toEqual(['“Where are you going so late, my brother?”', '“So soon?”'])
  const file = spoken([2400, 700])
  const { contribution } = await guest.submitContribution(
    (async function* () {
      yield { sessionId }
      for (let at = 0; at < file.length; at += 50_000) yield { data: file.subarray(at, at + 50_000) }
    })(),
  )
  expect(contribution?.lines.map(({ place }) => place)).toEqual(lines.map(({ place }) => place))
  const heard = await fetch(new URL(contribution?.url ?? '', mesh.url))
  expect([heard.status, heard.headers.get('content-type')]).toEqual([200, 'audio/wav'])

  const contributionId = contribution?.id ?? ''
  const forbidden = [
    guest.listInvitations({ sessionId }),
    guest.completeSession({ sessionId }),
    guest.reviewContribution({ contributionId, verdict: Verdict.APPROVE }),
  ]
  for (const call of forbidden) expect(await outcomeOf(call)).toBe('PermissionDenied ACCOUNT_REQUIRED')
  const elsewhere = guest.getSession({ sessionId: crypto.randomUUID() })
  expect(await outcomeOf(elsewhere)).toBe('NotFound SESSION_NOT_FOUND')
  const stranger = of((await mesh.newUser()).transport)
  expect(await outcomeOf(stranger.getSession({ sessionId }))).toBe('NotFound SESSION_NOT_FOUND')
  expect(await outcomeOf(stranger.acceptInvitation({ token }))).toBe('FailedPrecondition INVITATION_TAKEN')

  await suppress(invitation?.id ?? '')
  const lost = (await invite('Tom')).invitation?.id
  await eventually(async () => {
    const { invitations } = await host.listInvitations({ sessionId })
    return invitations.find(({ id }) => id === lost)?.reason === 'UNDELIVERED'
  })
  await eventually(async () => (await used()) === '1 used, 0 reserved')

  const { session: done } = await host.reviewContribution({ contributionId, verdict: Verdict.APPROVE })
  expect(done?.status).toBe(SessionStatus.COMPLETED)
  await watching
  looking.abort()
  expect(news).toEqual(
    expect.arrayContaining(
      [ContributionStatus.PENDING, ContributionStatus.APPROVED].map((each) => `recording ${each}`),
    ),
  )
  await eventually(async () => (await used()) === '0 used, 0 reserved')
  await eventually(async () => {
    const { stories } = await createClient(StoryService, ann.transport).listStories({ authorId: ann.id })
    return stories.find(({ id }) => id === storyId)?.collaboratorCount === 1
  })
})
