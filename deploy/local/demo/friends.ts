import { setTimeout as sleep } from 'node:timers/promises'
import { type CollaborationSession, SessionStatus } from '#gen/troupe/collaboration/v1/collaboration_pb.ts'
import { CollaborationService, Verdict } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { SetupError } from '../setup-error.ts'
import type { Stage } from './run.ts'
import { type Author, guestWith, newAuthor } from './session.ts'
import { readAloud } from './speaking.ts'

type Studio = Stage & { programs: Programs }
type Friend = Pick<Author, 'clientOf'>

const patienceMs = 30_000
const lookEveryMs = 200
const piece = 64 * 1024

/** The address in the newest mail to somebody that holds a token. */
const linkMailedTo = async ({ gateway }: Stage, email: string): Promise<URL> => {
  const mailbox = `${gateway.url}/dev/mailbox?${new URLSearchParams({ to: email })}`
  const read = async (url: string) => (await fetch(url, { signal: gateway.signal })).text()
  const giveUp = performance.now() + patienceMs
  while (performance.now() < giveUp) {
    for (const [, message] of (await read(mailbox)).matchAll(/<a href="\?message=(\d+)">/g)) {
      const [link] =
        (await read(`${gateway.url}/dev/mailbox?message=${message}`)).match(
          /https?:[^"'\s<>]*invitation[^"'\s<>]*token=[\w.-]+/,
        ) ?? []
      if (link) return new URL(link.replaceAll('&amp;', '&'))
    }
    await sleep(lookEveryMs)
  }
  throw new SetupError(`no invitation was mailed to ${email} within ${patienceMs / 1000} s`)
}

async function* inPieces(sessionId: string, data: Uint8Array) {
  yield { sessionId }
  for (let at = 0; at < data.length; at += piece) yield { data: data.subarray(at, at + piece) }
}

/** A friend reads the lines of their character, and hands them in as one recording. */
const record = async (
  { programs, screen }: Studio,
  friend: Friend,
  { sessionId, name }: { sessionId: string; name: string },
  manner: Parameters<typeof readAloud>[2],
): Promise<string> => {
  const sessions = friend.clientOf(CollaborationService)
  const { lines } = await sessions.getSession({ sessionId })
  const sound = await readAloud(
    programs,
    lines.map(({ text }) => text),
    manner,
  )
  const { contribution } = await sessions.submitContribution(inPieces(sessionId, sound))
  if (!contribution) throw new SetupError('SubmitContribution answered without a contribution')
  const { durationMs, measured, problems } = contribution
  const quality = problems.length > 0 ? problems.join('; ') : 'nothing to be bettered'
  screen.say(
    `  ${name} reads ${lines.length} lines in ${(durationMs / 1000).toFixed(1)} s, ${measured?.pitchHz.toFixed(0)} Hz: ${quality}`,
  )
  for (const { text, startMs, endMs } of contribution.lines)
    screen.say(`    ${(startMs / 1000).toFixed(1).padStart(5)}–${(endMs / 1000).toFixed(1)} s  ${text}`)
  return contribution.id
}

const invite = async (stage: Stage, host: Author, session: CollaborationSession, name: string, email: string) => {
  const role = session.roles.find((one) => one.name === name)
  if (!role) throw new SetupError(`nobody found ${name} in the story`)
  const invited = { sessionId: session.id, characterId: role.characterId, canRecord: true }
  await host
    .clientOf(CollaborationService)
    .inviteParticipant({ ...invited, recipient: { case: 'email', value: email } })
  const link = await linkMailedTo(stage, email)
  stage.screen.say(`  ${email} is invited to speak ${name}: ${link.origin}${link.pathname}?token=…`)
  return link.searchParams.get('token') ?? ''
}

/** Two friends speak a story: one has an account, the other one comes by the link alone. The host says yes to both. */
export const castFriends = async (studio: Studio, host: Author, storyId: string): Promise<void> => {
  const { gateway, screen } = studio
  const sessions = host.clientOf(CollaborationService)
  const { session } = await sessions.startSession({ storyId })
  if (!session) throw new SetupError('StartSession answered without a session')
  const sessionId = session.id

  const mia = await newAuthor(gateway, 'Mia')
  const token = await invite(studio, host, session, 'Mara', mia.email)
  await mia.clientOf(CollaborationService).acceptInvitation({ token })
  const guestLink = await invite(studio, host, session, 'Tobias', `leo-${sessionId.slice(-6)}@friends.example`)
  const anyone = guestWith(gateway)
  const { guestToken } = await anyone
    .clientOf(CollaborationService)
    .acceptInvitation({ token: guestLink, displayName: 'Leo' })
  const leo = guestWith(gateway, guestToken)

  const contributions = [
    await record(studio, mia, { sessionId, name: 'Mia' }, { voice: 'en+f3', pitch: 62, pace: 165 }),
    await record(studio, leo, { sessionId, name: 'Leo, a guest,' }, { voice: 'en+m7', pitch: 34, pace: 145 }),
  ]
  for (const contributionId of contributions)
    await sessions.reviewContribution({ contributionId, verdict: Verdict.APPROVE })
  const { session: done } = await sessions.getSession({ sessionId })
  if (done?.status !== SessionStatus.COMPLETED) throw new SetupError('all is approved, and the session goes on')
  screen.say('  the host has approved both: the session is complete')
}
