import { createClient } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import type { Person } from '../stage/people.ts'
import type { Scene } from './recipe.ts'

export type LinkPurpose = 'verify-email' | 'reset-password'

/** Asks for a link that is mailed to a person, whatever they asked for or did with one before; the request's id. */
export const newLink = async ({ stage, person }: Scene, purpose: LinkPurpose): Promise<string> => {
  const { sql } = stage.databases
  await sql('identity', 'delete from mailed_links where user_id = $1 and purpose = $2', person.id, purpose)
  // A reset ends the session that the person came with.
  const client = createClient(IdentityService, stage.transport(await stage.tokenFor(person.id)))
  if (purpose === 'reset-password') await client.requestPasswordReset({ email: person.email })
  else {
    await sql('identity', 'update users set email_verified = false where id = $1', person.id)
    await client.requestEmailVerification({})
  }
  const [link] = await sql<{ id: string }>(
    'identity',
    `select id from mailed_links where user_id = $1 and purpose = $2 and status = 'open'`,
    person.id,
    purpose,
  )
  return link?.id ?? ''
}

/** The token of a link that is mailed to a person. */
export const newLinkToken = async (scene: Scene, purpose: LinkPurpose): Promise<string> => {
  const { stage } = scene
  const internal = createClient(IdentityService, stage.transport(await stage.tokenFor('service:story')))
  const { url } = await internal.getActionLink({ requestId: await newLink(scene, purpose) })
  return new URL(url).searchParams.get('token') ?? ''
}

/** Tokens that nobody was sent for this, beside the one that somebody was. */
export const inventedLinkTokens = async (
  scene: Scene,
  another: Person,
  purpose: LinkPurpose,
  good: string,
): Promise<Record<string, string>> => {
  const ofAnother = await newLinkToken({ ...scene, person: another }, purpose)
  const [bytes, theirs] = [Buffer.from(good, 'base64url'), Buffer.from(ofAnother, 'base64url')]
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(bytes)
    change(copy)
    return copy.toString('base64url')
  }
  return {
    'for another purpose': await newLinkToken(scene, purpose === 'verify-email' ? 'reset-password' : 'verify-email'),
    'with another proof': changed((copy) => copy.fill(0, 16)),
    'of another link with this one’s proof': changed((copy) => theirs.copy(copy, 0, 0, 16)),
    'of a link that nobody asked for': changed((copy) => copy.write(crypto.randomUUID().replaceAll('-', ''), 'hex')),
    'changed in one bit': changed((copy) => copy.writeUInt8(copy.readUInt8(40) ^ 1, 40)),
    'cut short': good.slice(0, -1),
    'with padding': `${good}=`,
    'an access token': scene.person.token.slice(0, 200),
  }
}
