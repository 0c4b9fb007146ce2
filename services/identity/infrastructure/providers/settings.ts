import type { EnvReader } from '#shared/infrastructure/config.ts'

/** How one provider is reached. */
export interface ProviderSettings {
  name: string
  issuer: string
  clientId: string
  clientSecret: string
  /** Plain http, for a provider on this machine. */
  allowHttp: boolean
}

const knownIssuers: Readonly<Record<string, string>> = {
  google: 'https://accounts.google.com',
  microsoft: 'https://login.microsoftonline.com/common/v2.0',
  facebook: 'https://www.facebook.com',
}

const readProvider = (env: EnvReader, name: string): ProviderSettings => {
  const prefix = `TROUPE_OAUTH_${name.toUpperCase().replaceAll('-', '_')}`
  const allowHttp = env.flag(`${prefix}_ALLOW_HTTP`)
  return {
    name,
    issuer: env.url(`${prefix}_ISSUER`, allowHttp ? ['https', 'http'] : ['https'], knownIssuers[name]),
    clientId: env.text(`${prefix}_CLIENT_ID`),
    clientSecret: env.text(`${prefix}_CLIENT_SECRET`),
    allowHttp,
  }
}

/** Reads the providers that TROUPE_OAUTH_PROVIDERS names, and the addresses they may send browsers back to. */
export const readOAuthSettings = (env: EnvReader): { providers: ProviderSettings[]; redirectUris: string[] } => {
  const names = env.list('TROUPE_OAUTH_PROVIDERS')
  for (const name of names) {
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) env.problem(`TROUPE_OAUTH_PROVIDERS: "${name}" is no name like google`)
  }
  const redirectUris = env.list('TROUPE_OAUTH_REDIRECT_URIS')
  for (const uri of redirectUris) {
    if (!URL.canParse(uri)) env.problem(`TROUPE_OAUTH_REDIRECT_URIS: "${uri}" is no URL`)
  }
  if (names.length > 0 && redirectUris.length === 0) {
    env.problem('TROUPE_OAUTH_REDIRECT_URIS is missing: the addresses that providers may send browsers back to')
  }
  return { providers: names.map((name) => readProvider(env, name)), redirectUris }
}
