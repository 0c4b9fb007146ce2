import { createClient } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { mailedInvitation } from '../../tests/mailed-invitation.ts'
import { eventually, testMesh } from '../../tests/mesh.ts'
import { spoken } from '../../tests/security/recipes/collaboration-scenes.ts'

const mesh = testMesh()

// What the page calls the mesh with, as a browser at the gateway's address has it.
const rpcOf = async () => (await import('../web/rpc.js' as string)) as Rpc
interface Rpc {
  call(rpc: string, request: object, token?: string): Promise<Record<string, never>>
  upload(rpc: string, about: object, file: Blob, token?: string): Promise<Record<string, never>>
}

beforeAll(() => void vi.stubGlobal('location', { origin: mesh.url }))
afterAll(() => void vi.unstubAllGlobals())

it('a page is opened by a mailed invitation, lets a guest in and takes a recording; it runs nothing but its own', async () => {
  const host = await mesh.newUser('Ann Author')
  const stories = createClient(StoryService, host.transport)
  const content = 'A girl called Greta lived at the mill.\n\n“Where are you going so late?” asked Greta.'
  const { story } = await stories.createStory({ title: 'The Mill', content })
  const storyId = story?.id ?? ''
  await stories.analyzeStory({ storyId })
  await eventually(async () => (await stories.getStory({ storyId })).story?.status === StoryStatus.ANALYZED)
  const sessions = createClient(CollaborationService, host.transport)
  const { session } = await sessions.startSession({ storyId })
  const sessionId = session?.id ?? ''
  const greta = session?.roles.find(({ name }) => name === 'Greta')?.characterId ?? ''
  const email = `${crypto.randomUUID()}@example.com`
  const recipient = { case: 'email' as const, value: email }
  await sessions.inviteParticipant({ sessionId, characterId: greta, recipient, canRecord: true })
  const token = await mailedInvitation(mesh.url, email)

  const page = await fetch(`${mesh.url}/invitation?token=${token}`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'")
  const html = await page.text()
  const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  expect(parts.toSorted()).toEqual(['/invitation.css', '/invitation.js'])
  for (const path of [...parts, '/rpc.js']) expect((await fetch(mesh.url + path)).status).toBe(200)

  const { call, upload } = await rpcOf()
  expect(await call('GetInvitation', { token })).toMatchObject({ invitation: { characterName: 'Greta', lineCount: 1 } })
  await expect(call('GetInvitation', { token: `${token}A` })).rejects.toMatchObject({ reason: 'INVITATION_INVALID' })
  const { guestToken } = await call('AcceptInvitation', { token, displayName: 'Gus' })
  const noSound = new Blob(['no sound at all, but long enough to be looked at'])
  const send = (file: Blob) => upload('SubmitContribution', { sessionId }, file, guestToken)
  await expect(send(noSound)).rejects.toMatchObject({ reason: 'SAMPLE_FORMAT' })
  const { contribution } = await send(new Blob([spoken([2400])]))
  expect(contribution).toMatchObject({ lines: [{ text: '“Where are you going so late?”' }] })
  await expect(send(new Blob([spoken([2400])]))).rejects.toMatchObject({ reason: 'NOTHING_TO_RECORD' })
})
