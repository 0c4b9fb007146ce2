import { createClient } from '@connectrpc/connect'
import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import type { Fields } from '../call.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'

const amount = { minorUnits: 500n, currency: 'EUR' }

const services = async ({ stage }: Scene) =>
  createClient(PaymentService, stage.transport(await stage.tokenFor('service:booking')))

/** What the person pays with, one for each token: a few attempts later they would have as many as anybody may. */
const methodOf = async ({ stage, person }: Scene, token = 'tok_4242'): Promise<string> => {
  const [row] = await stage.databases.sql<{ id: string }>(
    'payment',
    `insert into payment_methods (id, user_id, provider, token, brand, last4, created_at)
     values (md5($1 || $2)::uuid, $1::uuid, 'sandbox', $2, 'kept', right($2, 4), now())
     on conflict (id) do update set token = excluded.token returning id`,
    person.id,
    token,
  )
  return row?.id ?? ''
}

/** One that may be removed; what was to be removed before, and what was made meanwhile, is gone. */
const spareMethod = async (scene: Scene): Promise<Fields> => {
  const id = crypto.randomUUID()
  await withoutSpares(scene)
  await scene.stage.databases.sql(
    'payment',
    `insert into payment_methods (id, user_id, provider, token, brand, last4, created_at)
     values ($1, $2, 'sandbox', 'tok_4242', 'visa', '4242', now())`,
    id,
    scene.person.id,
  )
  return { paymentMethodId: id }
}

const withoutSpares = ({ stage, person }: Scene) =>
  stage.databases.sql('payment', `delete from payment_methods where user_id = $1 and brand <> 'kept'`, person.id)

const newRequest = async (scene: Scene, token?: string) => ({
  paymentId: crypto.randomUUID(),
  purpose: { kind: PaymentPurpose.TOP_UP, id: crypto.randomUUID() },
  payerId: scene.person.id,
  amount,
  paymentMethodId: await methodOf(scene, token),
  description: 'A top-up',
})

const newPayment = async (scene: Scene, token?: string): Promise<Fields> => {
  const request = await newRequest(scene, token)
  await (await services(scene)).initiatePayment(request)
  return { paymentId: request.paymentId }
}

const paid = (scene: Scene) => newPayment(scene)
const refund = async (scene: Scene): Promise<Fields> => ({
  ...(await paid(scene)),
  refundId: crypto.randomUUID(),
  amount,
  reason: 'Asked for',
})

/** How to use payment rightly. */
export const paymentRecipes: Recipes = ofService('troupe.payment.v1.PaymentService', {
  InitiatePayment: {
    fields: (scene) => newRequest(scene),
    ids: { 'purpose.id': 'open', payer_id: 'open', payment_method_id: 'open' },
    isOnce: true,
  },
  ConfirmPayment: { fields: (scene) => newPayment(scene, 'tok_3220') },
  GetPayment: { fields: paid },
  GetUserPayment: { fields: paid, ids: { payment_id: 'open' } },
  FindPayment: { fields: paid },
  FindPaymentOfPurpose: {
    fields: async (scene) => {
      const request = await newRequest(scene)
      await (await services(scene)).initiatePayment(request)
      return { purpose: request.purpose }
    },
    ids: { 'purpose.id': 'open' },
  },
  ListPayments: {},
  ListUserPayments: { fields: ({ person }) => ({ userId: person.id }), ids: { user_id: 'open' } },
  RefundPayment: { fields: refund, ids: { refund_id: 'open' } },
  RefundUserPayment: { fields: refund, ids: { payment_id: 'open', refund_id: 'open' } },
  CancelPayment: { fields: () => ({ paymentId: crypto.randomUUID() }) },
  GetPaymentHistory: { fields: paid },
  GetUserPaymentHistory: { fields: paid, ids: { payment_id: 'open' } },
  CreatePaymentMethod: {
    fields: async (scene) => {
      await withoutSpares(scene)
      return { token: 'tok_4242' }
    },
    ids: { token: 'open' },
    isOnce: true,
  },
  RegisterPaymentMethod: {
    fields: async (scene) => {
      await withoutSpares(scene)
      return { userId: scene.person.id, token: 'tok_4242' }
    },
    ids: { user_id: 'open', token: 'open' },
    isOnce: true,
  },
  ListPaymentMethods: {},
  RemovePaymentMethod: { fields: spareMethod, isOnce: true },
  CreditBalance: {
    fields: ({ person }) => ({ creditId: crypto.randomUUID(), userId: person.id, amount }),
    ids: { credit_id: 'open', user_id: 'open' },
  },
  RequestPayout: {
    fields: async (scene) => {
      const credit = { creditId: crypto.randomUUID(), userId: scene.person.id, amount }
      await (await services(scene)).creditBalance(credit)
      return { amount, destination: 'acct_bank' }
    },
    isOnce: true,
  },
  ListPayouts: {},
  GetReconciliation: {
    fields: () => ({ from: { seconds: 1_700_000_000n, nanos: 0 }, to: { seconds: 1_700_086_400n, nanos: 0 } }),
  },
})
