import { createClient } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { codeOf } from '../../../services/identity/tests/authenticator-app.ts'
import type { Scene } from './recipe.ts'

const clientOf = ({ stage, person }: Scene) => createClient(IdentityService, stage.transport(person.token))

/** A code of an app that a person begins to set up, whether they had one before or not. */
export const newAppCode = async (scene: Scene): Promise<string> => {
  const { stage, person } = scene
  await stage.databases.sql('identity', 'delete from second_factors where id = $1', person.id)
  await stage.databases.sql('identity', 'update users set has_totp = false where id = $1', person.id)
  const { secret } = await clientOf(scene).enrollTotp({ password: person.password })
  // The next one is good already, and for longer.
  return codeOf(secret, stage.clock.now(), 1)
}

/** A recovery code of a person whose app is set up. */
export const newRecoveryCode = async (scene: Scene): Promise<string> => {
  const { recoveryCodes } = await clientOf(scene).confirmTotp({ code: await newAppCode(scene) })
  return recoveryCodes[0] ?? ''
}
