import {
  ApiKeyCreatedSchema,
  ApiKeyRevocationReason,
  ApiKeyRevokedSchema,
  OAuthProviderLinkedSchema,
  OAuthProviderUnlinkedSchema,
  PasswordChangedSchema,
  RecoveryCodeUsedSchema,
  TotpDisabledSchema,
  TotpEnabledSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import type { Data } from '../domain/delivery-state.ts'
import { on, type Tells, type What } from './tells.ts'

const changed = ({ userId: to }: { userId: string }, change: string, occurredAt: Date, more: Data = {}): What => ({
  kind: 'security_changed',
  to,
  // Where a link is asked for that sets a new password: whoever reads this may not be able to sign in any more.
  data: { path: '/reset-password', change, happened: { at: occurredAt.toISOString() }, ...more },
})

/** As their makers write them; others are called as operators call them. */
const providerNames: Readonly<Record<string, string>> = {
  google: 'Google',
  facebook: 'Facebook',
  microsoft: 'Microsoft',
}

const providerOf = ({ provider }: { provider: string }): Data => ({ provider: providerNames[provider] ?? provider })

/** Events from before do not say what a key is called. */
const keyOf = ({ name }: { name: string }): Data => ({ key: name || '—' })

/** What people are told of what lets somebody into their account. */
export const securityTells: readonly Tells[] = [
  on(PasswordChangedSchema, (event, at) => {
    const keys = event.apiKeysRevoked
    return keys > 0 ? changed(event, 'keys_ended', at, { keys }) : changed(event, 'password', at)
  }),
  on(TotpEnabledSchema, (event, at) => changed(event, 'app_added', at)),
  on(TotpDisabledSchema, (event, at) => changed(event, 'app_removed', at)),
  on(RecoveryCodeUsedSchema, (event, at) => changed(event, 'recovery_code', at, { left: event.codesLeft })),
  on(ApiKeyCreatedSchema, (event, at) => changed(event, 'key_created', at, keyOf(event))),
  on(ApiKeyRevokedSchema, (event, at) =>
    // What is told of the password says how many ended with it.
    event.reason === ApiKeyRevocationReason.PASSWORD_CHANGED
      ? undefined
      : changed(event, 'key_revoked', at, keyOf(event)),
  ),
  on(OAuthProviderLinkedSchema, (event, at) => changed(event, 'provider_linked', at, providerOf(event))),
  on(OAuthProviderUnlinkedSchema, (event, at) => changed(event, 'provider_unlinked', at, providerOf(event))),
]
