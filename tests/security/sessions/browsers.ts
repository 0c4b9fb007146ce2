import { type Check, must } from '../checks.ts'
import { openHttp2 } from '../http2-client.ts'
import { allowedOrigin } from '../stage/stage.ts'

const path = '/troupe.story.v1.StoryService/ListStories'
const json = { 'content-type': 'application/json' }

const others = [
  'https://evil.example',
  'null',
  `${allowedOrigin}.evil.example`,
  allowedOrigin.replace('https', 'http'),
  `${allowedOrigin}:8443`,
  allowedOrigin.toUpperCase(),
  `${allowedOrigin}/`,
  'https://app.example\u0000.evil.example'.replace('\u0000', '%00'),
]

const origins: Check = {
  name: 'scripts of other origins may not call, and nobody with cookies',
  run: async ({ stage }) => {
    const client = openHttp2(stage.url, 20_000)
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    for (const origin of [allowedOrigin, ...others]) {
      const asked = await client.send({ method: 'OPTIONS', path, headers: { origin, ...preflight } })
      const called = await client.send({ path, headers: { origin, ...json }, body: '{}' })
      const expected = origin === allowedOrigin ? allowedOrigin : undefined
      for (const [what, { headers }] of [
        ['preflight', asked],
        ['call', called],
      ] as const) {
        const given = headers['access-control-allow-origin']
        must(given === expected, `${what} from ${origin} is answered with ${given}`)
        must(!headers['access-control-allow-credentials'], `${what} from ${origin} may bring cookies`)
        must(String(headers.vary).includes('origin'), `${what}: a cache would give one origin’s answer to another`)
      }
    }
    client.close()
    return `${allowedOrigin} may, ${others.length} others may not`
  },
}

const headersOf = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

const pages = ['/health', '/ready', '/metrics', '/openapi.json', '/.well-known/jwks.json', '/', '/nothing/here', path]

const answers: Check = {
  name: 'plain answers tell browsers not to misuse them, and nothing of what runs here',
  run: async ({ stage }) => {
    const client = openHttp2(stage.url, 20_000)
    for (const page of pages) {
      const { headers } = await client.send({ method: 'GET', path: page })
      for (const [name, value] of Object.entries(headersOf)) {
        must(headers[name] === value, `${page}: ${name} is ${headers[name]}`)
      }
      for (const name of ['server', 'x-powered-by', 'set-cookie', 'via']) {
        must(headers[name] === undefined, `${page}: has ${name}: ${headers[name]}`)
      }
    }
    const called = await client.send({ path, headers: json, body: '{}' })
    must(!called.headers['set-cookie'] && !called.headers.server, 'an rpc sets a cookie, or names the server')
    client.close()
    return `${pages.length} paths`
  },
}

export const browserChecks: readonly Check[] = [origins, answers]
