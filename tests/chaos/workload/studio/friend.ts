import { createClient } from '@connectrpc/connect'
import { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { newCredentials, Person, type PersonOptions } from '../person.ts'

const rate = 24_000
const lineMs = 700
const pauseMs = 600

/** As somebody reads lines with pauses between: a tone for each. */
const recordingOf = (lines: number): Uint8Array => {
  const samples = (ms: number) => Math.round((rate * ms) / 1000)
  const pcm = Buffer.alloc(2 * lines * samples(lineMs + pauseMs))
  for (let line = 0; line < lines; line += 1) {
    const from = line * samples(lineMs + pauseMs)
    for (let at = 0; at < samples(lineMs); at += 1)
      pcm.writeInt16LE(Math.round(((at % 160) / 160 - 0.5) * 12_000), 2 * (from + at))
  }
  return wavOf(pcm)
}

async function* upload(sessionId: string, data: Uint8Array) {
  yield { sessionId }
  yield { data }
}

/** Somebody who is invited to speak a character. */
export class Friend extends Person {
  protected readonly expected = new Set(['NOTHING_TO_RECORD'])
  private readonly sessions = createClient(CollaborationService, this.transport)
  readonly email: string

  constructor(options: PersonOptions) {
    const credentials = newCredentials()
    super(options, credentials)
    this.email = credentials.email
  }

  /** Opens an account. False when that was not answered. */
  async begin(): Promise<boolean> {
    return (await this.register('Friend')) !== undefined && this.token !== ''
  }

  /** Takes part by a link, and hands in all lines at once; answers the recording's id and how many lines it holds. */
  async record(token: string): Promise<{ contributionId: string; lines: number } | undefined> {
    const accepted = await this.call('AcceptInvitation', (options) =>
      this.sessions.acceptInvitation({ token }, options),
    )
    const sessionId = accepted.response?.session?.id
    if (!sessionId) return undefined
    const seen = await this.call('GetSession', (options) => this.sessions.getSession({ sessionId }, options))
    const lines = seen.response?.lines.length ?? 0
    if (lines === 0) return undefined
    const data = recordingOf(lines)
    const { response } = await this.call('SubmitContribution', (options) =>
      this.sessions.submitContribution(upload(sessionId, data), options),
    )
    const contributionId = response?.contribution?.id
    return contributionId ? { contributionId, lines } : undefined
  }
}
