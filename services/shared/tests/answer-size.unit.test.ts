import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { BatchGetUsersRequestSchema, IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { type DomainError, notFound } from '../domain/errors.ts'
import { toConnectError } from '../presentation/errors.ts'
import { validation } from '../presentation/interceptors.ts'
import { requestOf } from './unary-call.ts'

describe('however long a request is, its refusal is short', () => {
  const refuse = (userIds: string[]): Promise<DomainError> => {
    const message = create(BatchGetUsersRequestSchema, { userIds })
    const answered = async () => ({ message: 'it was answered' }) as never
    return validation()(answered)(requestOf(IdentityService.method.batchGetUsers, message) as never).then(
      (answer) => answer as never,
      (error: DomainError) => error,
    )
  }

  it('of a list that is too long, and at once', async () => {
    const began = performance.now()
    const error = await refuse(Array<string>(1_000_000).fill(''))
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(error.message).toBe('user_ids: must contain at most 100 items')
  })

  it('of a list that is all wrong', async () => {
    const error = await refuse(Array<string>(100).fill('x'))
    expect(error.details.fields).toHaveLength(20)
  })

  it('of a text that it repeats', () => {
    const { rawMessage } = toConnectError(notFound('X', `there is no ${'😀'.repeat(40_000)}`), 'test')
    expect(rawMessage).toMatch(/^there is no 😀+�?…$/u)
    expect(rawMessage.length).toBeLessThanOrEqual(1_001)
  })
})

describe('a refusal', () => {
  it('repeats no half characters, which headers cannot carry', () => {
    expect(toConnectError(notFound('X', 'there is no \ud83d'), 'test').rawMessage).toBe('there is no \ufffd')
  })
})
