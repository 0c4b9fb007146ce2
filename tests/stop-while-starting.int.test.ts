import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../deploy/local/data-folder.ts'

const secret = () => randomBytes(32).toString('base64url')

it('a process that waits for its event bus while it starts ends when it is told to', async () => {
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const child = spawn(process.execPath, [join(root, 'services/main.ts'), 'story'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      TROUPE_POSTGRES_URL: process.env.TROUPE_TEST_POSTGRES_URL,
      TROUPE_NATS_URL: `nats://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      TROUPE_PORT: '0',
      TROUPE_SERVICE_SECRET: secret(),
      TROUPE_MASTER_KEY: secret(),
    },
  })
  const ended = once(child, 'exit')
  await once(silent, 'connection')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  silent.close()
})
