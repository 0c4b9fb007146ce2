import { type Check, type CheckScene, must } from '../checks.ts'
import { openHttp2, type RawRequest, type Reply } from '../http2-client.ts'
import { during, shownCost } from './during.ts'
import { http1, statusIn, talk } from './raw-socket.ts'

const service = '/troupe.story.v1.StoryService'
const json = { 'content-type': 'application/json' }
const publishingId = '01a1fae1-b13b-7a24-b5f4-9ce893ed8c23'

/** Sends requests one after the other and looks at each reply. */
const each = async (
  { stage }: CheckScene,
  requests: readonly RawRequest[],
  look: (reply: Reply, request: RawRequest) => void,
): Promise<void> => {
  const client = openHttp2(stage.url, 10_000)
  for (const request of requests) look(await client.send(request), request)
  client.close()
}

const noFailure = ({ status, broken }: Reply, { method, path, headers }: RawRequest) =>
  must(
    status < 500 || [501, 503, 504].includes(status),
    `${method ?? 'POST'} ${path} ${JSON.stringify(headers)}: ${status || broken}`,
  )

const disguises = [
  `/${service}/ValidatePublishing`,
  `${service}//ValidatePublishing`,
  `${service}/ValidatePublishing/`,
  `${service}/./ValidatePublishing`,
  `${service}/x/../ValidatePublishing`,
  `${service}/..;/StoryService/ValidatePublishing`,
  `${service}/%56alidatePublishing`,
  `${service}%2FValidatePublishing`,
  `${service}/ValidatePublishing%00`,
  `${service}/ValidatePublishing;x=1`,
  `${service}/ValidatePublishing?x=/health`,
  `/health/..${service}/ValidatePublishing`,
  `/health%2e%2e${service}/ValidatePublishing`,
  `${service.toUpperCase()}/VALIDATEPUBLISHING`,
  `/Troupe.story.v1.StoryService/ValidatePublishing`,
  `${service}/validatePublishing`,
  `http://127.0.0.1${service}/ValidatePublishing`,
  '/__proto__',
  '/constructor/prototype',
  '/.well-known/../metrics/../openapi.json',
  '/%0d%0aset-cookie:%20a=b',
]

const paths: Check = {
  name: 'no way of writing a path gets past the gate',
  run: async (scene) => {
    const requests = disguises.flatMap((path): RawRequest[] => [
      { path, headers: json, body: JSON.stringify({ publishingId }) },
      { path, method: 'GET' },
      { path, headers: { 'content-type': 'application/grpc+proto', te: 'trailers' }, body: Buffer.alloc(5) },
    ])
    const { cost } = await during(scene, () =>
      each(scene, requests, (reply, request) => {
        noFailure(reply, request)
        must(!reply.headers['set-cookie'], `${request.path}: wrote a header of its own`)
        const answered = reply.status === 200 && !reply.headers['grpc-status'] && !reply.trailers['grpc-status']
        must(!answered, `${request.method ?? 'POST'} ${request.path}: was answered`)
      }),
    )
    return `${requests.length} requests; ${shownCost(cost)}`
  },
}

const versions = ['v2', 'v1/../v1', '../../', '__proto__', 'v1.StoryService/ListStories?', 'v1\t', 'x'.repeat(5000), '']

const apiVersions: Check = {
  name: 'the api-version header reaches no other path',
  run: async (scene) => {
    const requests = versions.map((version) => ({
      path: `${service}/ValidatePublishing`,
      headers: { ...json, 'api-version': version },
      body: JSON.stringify({ publishingId }),
    }))
    await each(scene, requests, (reply, request) => {
      noFailure(reply, request)
      must(reply.status >= 400, `api-version ${request.headers?.['api-version']}: ${reply.status}`)
    })
    return `${versions.length} versions`
  },
}

const types = [
  '',
  'text/plain',
  'text/html',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/json, application/proto',
  'application/grpc+nothing',
  'application/grpc-web-text',
  'application/connect+xml',
  'APPLICATION/JSON',
  'application/octet-stream',
  'x'.repeat(5000),
]

const contentTypes: Check = {
  name: 'content types that nobody speaks are refused, not choked on',
  run: async (scene) => {
    const encodings = ['identity', 'deflate', 'gzip, gzip', 'br, gzip', 'x-unknown', 'zstd']
    const path = `${service}/ListStories`
    const requests: RawRequest[] = [
      ...types.map((type) => ({ path, headers: { 'content-type': type }, body: '{}' })),
      ...encodings.map((encoding) => ({ path, headers: { ...json, 'content-encoding': encoding }, body: '{}' })),
      ...encodings.map((encoding) => ({
        path,
        headers: { 'content-type': 'application/grpc+proto', 'grpc-encoding': encoding },
        body: Buffer.from([1, 0, 0, 0, 1, 1]),
      })),
      ...['-1', '99999999999999999999', 'x', '1e3', '0'].map((timeout) => ({
        path,
        headers: { ...json, 'connect-timeout-ms': timeout },
        body: '{}',
      })),
    ]
    await each(scene, requests, noFailure)
    return `${requests.length} requests`
  },
}

const verbs: Check = {
  name: 'nothing is changed by GET, and other verbs do nothing',
  run: async (scene) => {
    const { stage, cast } = scene
    const token = await stage.tokenFor(cast.ann.id, [], cast.ann.sessionId)
    const [before] = await stage.databases.sql<{ n: string }>('story', 'select count(*) as n from stories')
    const message = encodeURIComponent('{"title":"By a GET"}')
    const path = `${service}/CreateStory`
    const query = `?connect=v1&encoding=json&message=${message}`
    const headers = { authorization: `Bearer ${token}` }
    const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND', 'QUERY']
    const requests = methods.flatMap((method): RawRequest[] => [
      { method, path: `${path}${query}`, headers },
      ...(['GET', 'HEAD'].includes(method)
        ? []
        : [{ method, path, headers: { ...headers, ...json }, body: '{"title":"By a verb"}' }]),
    ])
    await each(scene, requests, (reply, request) => {
      noFailure(reply, request)
      must(reply.status !== 200, `${request.method} ${request.path} was answered`)
    })
    const [after] = await stage.databases.sql<{ n: string }>('story', 'select count(*) as n from stories')
    must(before?.n === after?.n, 'a story was created')
    return `${requests.length} requests`
  },
}

const targets = ['*', 'http://evil.example/health', '//evil.example/health', 'evil.example:80', '/\\..\\', '/ ', '']

const requestLines: Check = {
  name: 'request targets and upgrades of HTTP/1.1 lead nowhere else',
  run: async ({ stage }) => {
    for (const target of targets) {
      for (const method of ['GET', 'CONNECT', 'OPTIONS']) {
        const heard = await talk(
          stage.url,
          http1([`${method} ${target} HTTP/1.1`, 'host: evil.example', 'connection: close']),
        )
        must(statusIn(heard) < 500, `${method} ${target}: ${heard.text.slice(0, 100)}`)
        must(!/location:/i.test(heard.text), `${method} ${target}: sends on to ${heard.text.slice(0, 200)}`)
      }
    }
    for (const upgrade of ['h2c', 'websocket', 'TLS/1.0']) {
      const lines = [
        'GET /health HTTP/1.1',
        'host: x',
        `upgrade: ${upgrade}`,
        'connection: upgrade, http2-settings',
        'http2-settings: AAMAAABk',
      ]
      const heard = await talk(stage.url, http1(lines))
      must(statusIn(heard) !== 101, `upgraded to ${upgrade}`)
    }
    return `${targets.length * 3 + 3} requests`
  },
}

export const oddRequestChecks: readonly Check[] = [paths, apiVersions, contentTypes, verbs, requestLines]
